/*-------------------------------------------------------------------------
 *
 * syntax.c
 *	  Are the texts of functions read here as everybody reads them?
 *
 *	  Some settings change what the text of a function means.  While a view is
 *	  computed they are pinned; but PL/pgSQL, for one, keeps what it has read for
 *	  as long as the session lasts, so a function that was called under such a
 *	  setting computes something else ever after.  What such a session computes
 *	  with users' functions is not what a view holds.
 *
 *	  Nobody says which functions were called meanwhile, so it is doubted of all.
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "utils/guc.h"
#include "utils/guc_tables.h"

#include "compat.h"
#include "fresh/syntax.h"

static void assign_strings(bool newval, void *extra);
static void assign_null_equals(bool newval, void *extra);
static void assign_array_nulls(bool newval, void *extra);

/* what changes how texts are read, and how everybody reads them */
static struct
{
	const char *name;
	bool		usual;
	GucBoolAssignHook assign;
	bool	   *variable;
	GucBoolAssignHook prev_assign;
}			settings[] =

{
	{"standard_conforming_strings", true, assign_strings},
	{"transform_null_equals", false, assign_null_equals},
	{"array_nulls", true, assign_array_nulls},
};

/* Has the session ever had one of them otherwise? */
static bool reads_otherwise = false;

static void
note_setting(int i, bool newval, void *extra)
{
	if (newval != settings[i].usual)
		reads_otherwise = true;
	if (settings[i].prev_assign)
		settings[i].prev_assign(newval, extra);
}

static void
assign_strings(bool newval, void *extra)
{
	note_setting(0, newval, extra);
}

static void
assign_null_equals(bool newval, void *extra)
{
	note_setting(1, newval, extra);
}

static void
assign_array_nulls(bool newval, void *extra)
{
	note_setting(2, newval, extra);
}

static const char asserts[] = "plpgsql.check_asserts";

/*
 * Does PL/pgSQL pass over errors here that others get?  Whatever is not "on" does,
 * also before the language is loaded.
 */
static bool
skips_asserts(void)
{
	const char *value = GetConfigOption(asserts, true, false);

	return value != NULL && strcmp(value, "on") != 0;
}

/* Set it at a level of settings, which is begun if it is 0; returns the level. */
static int
pin_setting(const char *name, bool value, int guc_level)
{
	if (guc_level == 0)
		guc_level = NewGUCNestLevel();
	(void) set_config_option(name, value ? "on" : "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return guc_level;
}

/*
 * Have the texts of functions read as everybody reads them, whatever the session
 * has set.  Returns the level of settings to go back from, or 0 (or what was
 * given) if there is nothing to set.
 */
int
aqumv_pin_syntax(int guc_level)
{
	for (int i = 0; i < lengthof(settings); i++)
	{
		if (settings[i].variable == NULL || *settings[i].variable == settings[i].usual)
			continue;
		guc_level = pin_setting(settings[i].name, settings[i].usual, guc_level);
	}
	if (skips_asserts())
		guc_level = pin_setting(asserts, true, guc_level);
	return guc_level;
}

/*
 * May the session compute something else with users' functions than others do?
 * When in doubt yes, for what was set since the library was loaded.
 */
bool
aqumv_reads_otherwise(void)
{
	return reads_otherwise;
}

/* It may from now on, for another reason. */
void
aqumv_note_otherwise(void)
{
	reads_otherwise = true;
}

void
aqumv_syntax_init(void)
{
	for (int i = 0; i < lengthof(settings); i++)
	{
		struct config_bool *setting = (struct config_bool *)
			aqumv_compat_find_setting(settings[i].name, PGC_BOOL);

		if (setting == NULL)
			continue;
		settings[i].variable = setting->variable;
		settings[i].prev_assign = setting->assign_hook;
		setting->assign_hook = settings[i].assign;
		if (*setting->variable != settings[i].usual)
			reads_otherwise = true;
	}
}
