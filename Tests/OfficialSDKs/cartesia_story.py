"""Speech by cartesia: contexts on one socket with continuation, flush, cancel and timestamps; errors; a wrong key."""

from cartesia import Cartesia
from websockets.exceptions import InvalidStatus

from story import ADDRESSES, KEYS, expect, expect_raised

RATE = 24000
VOICE = {"id": "f786b574-daa5-4673-aa0c-cbe3e8534c02"}
FORMAT = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": RATE}
SECONDS_PER_BYTE = 1 / (2 * RATE)


def client(key=KEYS["cartesia"]):
    return Cartesia(
        api_key=key, base_url=ADDRESSES["cartesia"].replace("ws", "http", 1), websocket_base_url=ADDRESSES["cartesia"]
    )


def context(socket, **more):
    options = dict(model_id="sonic-3.5", voice=VOICE, output_format=FORMAT, language="en", timeout=10)
    return socket.context(**{**options, **more})


def refused():
    with client("wrong").tts.websocket_connect():
        pass


def seconds(messages):
    return sum(len(message.audio or b"") for message in messages if message.type == "chunk") * SECONDS_PER_BYTE


with client().tts.websocket_connect() as socket:
    answer = context(socket, add_timestamps=True, max_buffer_delay_ms=0)
    for text in ["Hello there. ", "How are you ", "today?"]:
        answer.push(text)
    answer.no_more_inputs()
    messages = list(answer.receive())
    expect(messages[-1].type == "done", f"the last message is {messages[-1].type}")
    expect(0.8 < seconds(messages) < 5, f"{seconds(messages)} s of audio came")
    timed = [message.word_timestamps for message in messages if message.type == "timestamps"]
    words = [word for stamps in timed for word in stamps.words]
    ends = [end for stamps in timed for end in stamps.end]
    expect([word.strip(".?") for word in words] == ["Hello", "there", "How", "are", "you", "today"], f"it timed {words}")
    expect(ends == sorted(ends) and ends[-1] <= seconds(messages) + 0.01, f"the words end at {ends}")

    flushed = context(socket, max_buffer_delay_ms=5000)
    flushed.push("This waits ")
    flushed.push("for a flush. ", flush=True)
    seen = []
    for message in flushed.receive():
        seen.append(message)
        if message.type == "flush_done":
            flushed.push("And this for the end.")
            flushed.no_more_inputs()
    kinds = [message.type for message in seen]
    expect(kinds.count("flush_done") == 1 and kinds[-1] == "done", f"a flush is followed by {kinds}")
    expect("chunk" in kinds[: kinds.index("flush_done")], "no audio before flush_done")
    expect("chunk" in kinds[kinds.index("flush_done"):], "no audio after flush_done")

    cancelled = context(socket, max_buffer_delay_ms=0)
    cancelled.push("This is a rather long sentence, so that there is time to change one's mind about it. ")
    for message in cancelled.receive():
        if message.type == "chunk":
            break
    cancelled.cancel()
    after = context(socket, max_buffer_delay_ms=0)
    after.push("Something else.", continue_=False)
    mine = [message for message in after.receive() if message.context_id == after._context_id]
    expect(mine and mine[-1].type == "done" and seconds(mine) > 0.3, "nothing came of the context after the cancelled one")

    nobody = context(socket, voice={"id": "nobody"})
    nobody.push("Hello.", continue_=False)
    errors = [message for message in nobody.receive() if message.context_id == nobody._context_id]
    expect(errors[-1].type == "error" and errors[-1].status_code == 404, f"an unknown voice is answered by {errors[-1]}")

wrong = expect_raised(InvalidStatus, refused, "a wrong key")
expect(wrong.response.status_code == 401, f"a wrong key is answered by {wrong.response.status_code}")
