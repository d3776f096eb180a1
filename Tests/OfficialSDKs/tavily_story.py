"""A search by tavily-python: results with their sources; error classes."""

from tavily import BadRequestError, InvalidAPIKeyError, TavilyClient

from story import ADDRESSES, KEYS, expect, expect_raised


def client(key=KEYS["tavily"]):
    return TavilyClient(api_key=key, api_base_url=ADDRESSES["tavily"])


found = client().search(
    "today's news headlines", search_depth="basic", topic="news", max_results=3, include_answer="basic"
)
expect(found["query"] == "today's news headlines", "the query is not told back")
expect(1 <= len(found["results"]) <= 3, f"{len(found['results'])} results came")
for result in found["results"]:
    expect(result["title"] and result["content"] and result["url"].startswith("http"), f"a result is {result}")
expect(found["answer"], "no answer came though one was asked for")
expect(float(found["response_time"]) >= 0 and found["request_id"], "no response time or request id came")
expect(client().search("the river", max_results=1).get("answer") is None, "an answer came though none was asked for")

expect_raised(InvalidAPIKeyError, lambda: client("tvly-wrong").search("news"), "a wrong key")
expect_raised(BadRequestError, lambda: client().search("news", search_depth="deepest"), "an unknown search depth")
