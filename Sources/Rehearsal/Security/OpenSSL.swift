import Glibc

/// What the stand-ins need of OpenSSL 3, opened when it is needed: building does not depend on it, and libcurl brings it along.
struct OpenSSL {
    typealias Handle = OpaquePointer

    let makeContext: @convention(c) (OpaquePointer?) -> Handle?
    let serverMethod: @convention(c) () -> OpaquePointer?
    let useChain: @convention(c) (Handle, UnsafePointer<CChar>) -> CInt
    let useKey: @convention(c) (Handle, UnsafePointer<CChar>, CInt) -> CInt
    let makeConnection: @convention(c) (Handle) -> Handle?
    let freeConnection: @convention(c) (Handle) -> Void
    let acceptState: @convention(c) (Handle) -> Void
    let memoryMethod: @convention(c) () -> OpaquePointer?
    let makeBIO: @convention(c) (OpaquePointer?) -> Handle?
    /// The connection owns both from then on.
    let setBIOs: @convention(c) (Handle, Handle, Handle) -> Void
    let writeBIO: @convention(c) (Handle, UnsafeRawPointer?, CInt) -> CInt
    let readBIO: @convention(c) (Handle, UnsafeMutableRawPointer?, CInt) -> CInt
    let handshake: @convention(c) (Handle) -> CInt
    let read: @convention(c) (Handle, UnsafeMutableRawPointer?, CInt) -> CInt
    let write: @convention(c) (Handle, UnsafeRawPointer?, CInt) -> CInt
    let shutdown: @convention(c) (Handle) -> CInt
    let errorKind: @convention(c) (Handle, CInt) -> CInt
    let clearErrors: @convention(c) () -> Void

    init() throws(RehearsalError) {
        let advice = "install Debian's libssl3 (scripts/dependencies.sh)"
        let ssl = try DynamicLibrary("libssl.so.3", advice: advice)
        let crypto = try DynamicLibrary("libcrypto.so.3", advice: advice)
        makeContext = try ssl.function("SSL_CTX_new", as: (@convention(c) (OpaquePointer?) -> Handle?).self)
        serverMethod = try ssl.function("TLS_server_method", as: (@convention(c) () -> OpaquePointer?).self)
        typealias UseFile = @convention(c) (Handle, UnsafePointer<CChar>) -> CInt
        useChain = try ssl.function("SSL_CTX_use_certificate_chain_file", as: UseFile.self)
        typealias UseKey = @convention(c) (Handle, UnsafePointer<CChar>, CInt) -> CInt
        useKey = try ssl.function("SSL_CTX_use_PrivateKey_file", as: UseKey.self)
        makeConnection = try ssl.function("SSL_new", as: (@convention(c) (Handle) -> Handle?).self)
        freeConnection = try ssl.function("SSL_free", as: (@convention(c) (Handle) -> Void).self)
        acceptState = try ssl.function("SSL_set_accept_state", as: (@convention(c) (Handle) -> Void).self)
        memoryMethod = try crypto.function("BIO_s_mem", as: (@convention(c) () -> OpaquePointer?).self)
        makeBIO = try crypto.function("BIO_new", as: (@convention(c) (OpaquePointer?) -> Handle?).self)
        setBIOs = try ssl.function("SSL_set_bio", as: (@convention(c) (Handle, Handle, Handle) -> Void).self)
        typealias Write = @convention(c) (Handle, UnsafeRawPointer?, CInt) -> CInt
        typealias Read = @convention(c) (Handle, UnsafeMutableRawPointer?, CInt) -> CInt
        writeBIO = try crypto.function("BIO_write", as: Write.self)
        readBIO = try crypto.function("BIO_read", as: Read.self)
        handshake = try ssl.function("SSL_do_handshake", as: (@convention(c) (Handle) -> CInt).self)
        read = try ssl.function("SSL_read", as: Read.self)
        write = try ssl.function("SSL_write", as: Write.self)
        shutdown = try ssl.function("SSL_shutdown", as: (@convention(c) (Handle) -> CInt).self)
        errorKind = try ssl.function("SSL_get_error", as: (@convention(c) (Handle, CInt) -> CInt).self)
        clearErrors = try crypto.function("ERR_clear_error", as: (@convention(c) () -> Void).self)
    }
}
