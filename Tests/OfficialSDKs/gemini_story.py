"""A chat by google-genai: streaming, a function call whose thought signature the SDK's own chat sends back, error classes."""

from google import genai
from google.genai import errors, types

from story import ADDRESSES, KEYS, expect, expect_raised

MODEL = "gemini-3.8-flash"
SEARCH = types.FunctionDeclaration(
    name="web_search",
    description="Searches the web.",
    parameters_json_schema={"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
)


def client(key=KEYS["gemini"]):
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=ADDRESSES["gemini"], api_version="v1beta"))


def text_of(chunks):
    parts = [
        part
        for chunk in chunks
        for candidate in chunk.candidates or []
        for part in (candidate.content.parts if candidate.content else None) or []
    ]
    return "".join(part.text or "" for part in parts if not part.thought)


box = client()
said = text_of(box.models.generate_content_stream(model=MODEL, contents="What is the capital of Portugal?"))
expect("Lisbon" in said, f"it said: {said}")

config = types.GenerateContentConfig(
    system_instruction="You are a voice assistant.",
    tools=[types.Tool(function_declarations=[SEARCH])],
    automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    thinking_config=types.ThinkingConfig(thinking_level="low"),
)
chat = box.chats.create(model=MODEL, config=config)
chunks = list(chat.send_message_stream("What is in the news today?"))
calls = [call for chunk in chunks for call in chunk.function_calls or []]
expect(len(calls) >= 1 and calls[0].name == "web_search", f"it called {calls}")
signed = [
    part
    for content in chat.get_history()
    for part in content.parts or []
    if part.function_call and part.thought_signature
]
expect(signed, "the call has no thought signature")
answers = [
    types.Part(
        function_response=types.FunctionResponse(
            id=call.id, name=call.name, response={"output": "The new bridge over the river was opened this morning."}
        )
    )
    for call in calls
]
news = text_of(chat.send_message_stream(answers))
expect("bridge" in news.lower(), f"it made of the function's answer: {news}")

# The same exchange without the signature is refused.
history = chat.get_history()
history = history[: 1 + max(index for index, content in enumerate(history) if any(part.function_call for part in content.parts or []))]
for content in history:
    for part in content.parts or []:
        part.thought_signature = None
unsigned = expect_raised(
    errors.ClientError,
    lambda: list(
        box.models.generate_content_stream(
            model=MODEL, contents=[*history, types.Content(role="user", parts=answers)], config=config
        )
    ),
    "a call without its signature",
)
expect(unsigned.code == 400 and "thought_signature" in str(unsigned), f"it was told: {unsigned}")

stranger = client("wrong")  # held: a client that nobody holds is closed
wrong = expect_raised(
    errors.ClientError, lambda: stranger.models.generate_content(model=MODEL, contents="Hello."), "a wrong key"
)
expect(wrong.code == 400 and wrong.status == "INVALID_ARGUMENT", f"a wrong key is answered by {wrong}")
gone = expect_raised(
    errors.ClientError,
    lambda: box.models.generate_content(model="gemini-1.0-pro", contents="Hello."),
    "a model that is gone",
)
expect(gone.code == 404, f"a model that is gone is answered by {gone.code}")
