#ifndef AQUMV_SYNTAX_H
#define AQUMV_SYNTAX_H

extern int	aqumv_pin_syntax(int guc_level);
extern bool aqumv_reads_otherwise(void);
extern void aqumv_note_otherwise(void);
extern void aqumv_syntax_init(void);

#endif							/* AQUMV_SYNTAX_H */
