"""A chat by groq: a retry after 429, streaming, a tool call and its answer, error classes."""

import groq

from story import ADDRESSES, KEYS, expect, expect_raised

MODEL = "openai/gpt-oss-120b"
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "web_search",
            "description": "Searches the web.",
            "parameters": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
        },
    }
]


def client(key=KEYS["groq"], retries=2):
    return groq.Groq(api_key=key, base_url=ADDRESSES["groq"], max_retries=retries)


def ask(messages, client=client(), **more):
    return client.chat.completions.create(model=MODEL, messages=messages, **more)


def streamed(messages, **more):
    chunks = list(ask(messages, stream=True, **more))
    expect(chunks[0].x_groq and chunks[0].x_groq.id, "the first chunk has no request id")
    last = [chunk for chunk in chunks if chunk.choices][-1]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    calls = [call for chunk in chunks if chunk.choices for call in chunk.choices[0].delta.tool_calls or []]
    return text, calls, last.choices[0].finish_reason


# The stand-in was told to answer the first request with 429.
legs, _, reason = streamed([{"role": "user", "content": "How many legs does a spider have?"}])
expect("eight" in legs.lower() or "8" in legs, f"it said: {legs}")
expect(reason == "stop", f"it finished because of {reason}")

whole = ask([{"role": "user", "content": "What is the capital of Portugal?"}])
expect("Lisbon" in whole.choices[0].message.content, f"it said: {whole.choices[0].message.content}")
expect(whole.usage.total_tokens > 0, "no usage came")

history = [{"role": "user", "content": "What is in the news today?"}]
_, calls, reason = streamed(history, tools=TOOLS, tool_choice="auto")
expect(len(calls) >= 1 and calls[0].function.name == "web_search", f"it called {calls}")
expect(reason == "tool_calls", f"a tool call finished because of {reason}")
history += [
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": call.id, "type": "function", "function": {"name": call.function.name, "arguments": call.function.arguments}}
            for call in calls
        ],
    }
] + [
    {
        "role": "tool",
        "tool_call_id": call.id,
        "content": "Title: Bridge opened. Content: The new bridge over the river was opened this morning.",
    }
    for call in calls
]
news, calls, _ = streamed(history, tools=TOOLS)
expect("bridge" in news.lower() and not calls, f"it made of the tool's answer: {news}")

expect("openai/gpt-oss-120b" in [model.id for model in client().models.list().data], "the model is not listed")
hello = [{"role": "user", "content": "Hello."}]
expect_raised(groq.AuthenticationError, lambda: ask(hello, client("wrong")), "a wrong key")
expect_raised(
    groq.NotFoundError,
    lambda: client().chat.completions.create(model="llama-3.3-70b-versatile", messages=hello),
    "a model that is gone",
)
expect_raised(
    groq.BadRequestError, lambda: ask([{"role": "assistant", "content": "Hi", "timestamp": 1}]), "an unknown property"
)
