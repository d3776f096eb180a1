/// Gemini, over HTTP.
enum GeminiFront {
    static func handler(log: ConnectionLog) -> HTTPHandler {
        log.add(.connectionOpened)
        return HTTPHandler { _, responder in
            responder.answer(
                .json(.notImplemented, ["error": ["code": 501, "message": "not served yet", "status": "UNIMPLEMENTED"]]))
        } gone: {
            log.add(.connectionClosed)
        }
    }
}
