/// libFuzzer's way in.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ octets: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let octets, count > 0 else { return 0 }
    _ = FuzzedFrontEnd.live(UnsafeBufferPointer(start: octets, count: count))
    return 0
}

/// For the WebAssembly build, where `Int` has 32 bits: the digest of a seed's life, its lower and upper half.
@_cdecl("linnet_fuzz")
public func fuzz(seed: UInt32, upperHalf: Int32) -> UInt32 {
    let digest = FuzzedFrontEnd.live(seed: UInt64(seed))
    return UInt32(truncatingIfNeeded: upperHalf == 0 ? digest : digest >> 32)
}
