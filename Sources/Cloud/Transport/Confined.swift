/// An object that lives on the network thread. Anyone may hold the box; only closures on that thread see inside.
package struct Confined<Value>: @unchecked Sendable {  // safe: `value` is reached on the loop's one thread alone
    private let transport: CloudTransport
    private let value: Value

    /// - Parameter make: builds the object; nobody else may keep a reference to it or to what it is made of.
    package init(to transport: CloudTransport, _ make: (CurlLoop) -> Value) {
        self.transport = transport
        value = make(transport.loop)
    }

    /// Has `body` run on the network thread, after everything posted before. Never waits.
    package func run(_ body: @escaping @Sendable (Value) -> Void) {
        transport.loop.post { body(value) }
    }
}
