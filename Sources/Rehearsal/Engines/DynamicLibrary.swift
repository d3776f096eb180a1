import Glibc

/// What the stand-in lacks or cannot do, said so that a person can act on it.
public struct RehearsalError: Error, Sendable, Equatable, CustomStringConvertible {
    public var description: String
    public init(_ description: String) { self.description = description }
}

/// A C library that is opened when it is needed, so that building does not depend on it. It stays open for the life of the
/// process: the engines keep static state of their own.
struct DynamicLibrary {
    private let handle: UnsafeMutableRawPointer
    private let name: String

    /// - Parameter advice: what to do when it cannot be opened.
    init(_ name: String, advice: String) throws(RehearsalError) {
        guard let handle = dlopen(name, RTLD_NOW) else {
            throw RehearsalError("cannot open \(name): \(String(cString: dlerror())); \(advice)")
        }
        self.handle = handle
        self.name = name
    }

    /// The function `symbol`; `type` must be its `@convention(c)` type, which nothing can check.
    func function<T>(_ symbol: String, as type: T.Type) throws(RehearsalError) -> T {
        guard let address = dlsym(handle, symbol) else { throw RehearsalError("\(name) has no function \(symbol)") }
        return unsafeBitCast(address, to: type)
    }
}
