/*-------------------------------------------------------------------------
 *
 * reason.c
 *	  Which words say why not?
 *
 *-------------------------------------------------------------------------
 */
#include "aqumv.h"

#include "lib/stringinfo.h"
#include "algebra/reason.h"

bool		aqumv_reason_messages = false;

static const char *const reason_codes[] = {
#define X(name, text) text,
	AQUMV_REASON_CODES
#undef X
};

/* one ready-made value per code, for when nobody reads the message */
static AqumvReason bare_reasons[lengthof(reason_codes)];

/*
 * Make a reason.  The message is a sentence that says what to change; it is
 * formatted only while aqumv_reason_messages is set.
 */
AqumvReason *
aqumv_reason(AqumvReasonCode code, const char *fmt,...)
{
	AqumvReason *reason;
	StringInfoData buf;

	if (!aqumv_reason_messages)
	{
		bare_reasons[code].code = code;
		return &bare_reasons[code];
	}

	initStringInfo(&buf);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, fmt);
		needed = appendStringInfoVA(&buf, fmt, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&buf, needed);
	}
	reason = palloc(sizeof(AqumvReason));
	reason->code = code;
	reason->message = buf.data;
	return reason;
}

/* The stable name of a reason's code. */
const char *
aqumv_reason_code(const AqumvReason *reason)
{
	return reason_codes[reason->code];
}
