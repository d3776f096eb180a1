"""What the stories share: where the stand-ins are, which keys they take, and how a story that went wrong ends."""

import json
import sys

ADDRESSES = json.loads(sys.argv[1])
KEYS = {
    "deepgram": "rehearsal-deepgram-key",
    "groq": "rehearsal-groq-key",
    "gemini": "rehearsal-gemini-key",
    "tavily": "tvly-rehearsal-key",
    "cartesia": "rehearsal-cartesia-key",
}


def expect(holds, what):
    if not holds:
        sys.exit(f"not as it should be: {what}")


def expect_raised(kind, action, what):
    """Runs `action`, which must raise `kind`; returns what it raised."""
    try:
        action()
    except kind as error:
        return error
    except Exception as error:
        sys.exit(f"not as it should be: {what}: {type(error).__name__}: {error}")
    sys.exit(f"not as it should be: {what}: nothing was raised")
