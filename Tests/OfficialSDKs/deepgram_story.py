"""A recorded prompt, transcribed live by deepgram-sdk: interim results, Configure, Finalize, CloseStream; a wrong key."""

import sys
import threading
import time

from deepgram import DeepgramClient
from deepgram.core.events import EventType
from deepgram.environment import DeepgramClientEnvironment
from deepgram.listen.v1.types import ListenV1Metadata, ListenV1Results
from websockets.exceptions import InvalidStatus

from story import ADDRESSES, KEYS, expect, expect_raised

FRAME_BYTES = 3200  # 100 ms
AT_ONCE_SECONDS = 0.09


def client(key):
    address = ADDRESSES["deepgram"]
    http = address.replace("ws", "http", 1)
    environment = DeepgramClientEnvironment(base=http, production=address, agent=address, agent_rest=http)
    return DeepgramClient(api_key=key, environment=environment)


def connect(key, **changes):
    options = dict(
        model="nova-3", encoding="linear16", sample_rate=16000, channels=1, interim_results="true", endpointing="false",
        smart_format="true", keyterm=["pound key"],
    )
    return client(key).listen.v1.connect(**{**options, **changes})


def refused(key, **changes):
    with connect(key, **changes):
        pass


messages = []
settled = threading.Event()


def heard(message):
    messages.append(message)
    if isinstance(message, ListenV1Results) and message.from_finalize:
        settled.set()


wrong = expect_raised(InvalidStatus, lambda: refused("wrong"), "a wrong key")
expect(wrong.response.status_code == 401, f"a wrong key is answered by {wrong.response.status_code}")
bad = expect_raised(InvalidStatus, lambda: refused(KEYS["deepgram"], utterance_end_ms=500), "a parameter out of bounds")
expect(bad.response.status_code == 400, f"a parameter out of bounds is answered by {bad.response.status_code}")
expect("utterance_end_ms" in bad.response.headers["dg-error"], "the header dg-error does not name the parameter")

sound = open(sys.argv[2], "rb").read()
with connect(KEYS["deepgram"]) as stream:
    stream.on(EventType.MESSAGE, heard)
    stream.on(EventType.ERROR, lambda error: messages.append(error))
    listener = threading.Thread(target=stream.start_listening, daemon=True)
    listener.start()
    for start in range(0, len(sound), FRAME_BYTES):
        stream.send_media(sound[start:start + FRAME_BYTES])
        time.sleep(AT_ONCE_SECONDS)
    stream.send_keep_alive()
    stream.send_finalize()
    expect(settled.wait(20), "no answer to Finalize")
    stream.send_close_stream()
    listener.join(20)
    expect(not listener.is_alive(), "the connection is open after CloseStream")

results = [message for message in messages if isinstance(message, ListenV1Results)]
interim = [result for result in results if not result.is_final]
final = " ".join(result.channel.alternatives[0].transcript for result in results if result.is_final).lower()
expect(interim, "no interim result came")
expect("password" in final, f"it heard: {final}")
words = [word for result in results if result.is_final for word in result.channel.alternatives[0].words]
expect(words and words[0].start < words[-1].end, "the words have no times")
expect(isinstance(messages[-1], ListenV1Metadata), f"the last message is {type(messages[-1]).__name__}: {messages[-1]}")
expect(abs(messages[-1].duration - len(sound) / 32000) < 0.01, f"it counted {messages[-1].duration} s")
