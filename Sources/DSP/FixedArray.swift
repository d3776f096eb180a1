/// Memory of a stage: `count` elements, allocated once in `init`, freed with its owner, never copied, grown or locked.
///
/// Indices are the caller's promise and are checked in debug builds only.
public struct FixedArray<Element: BitwiseCopyable>: ~Copyable {
    public let base: UnsafeMutablePointer<Element>
    public let count: Int

    /// - Parameter count: at least 1.
    @inline(never)  // in every stage's `init` it would make the page's module larger
    public init(count: Int, repeating value: Element) {
        precondition(count > 0)
        base = .allocate(capacity: count)
        base.initialize(repeating: value, count: count)
        self.count = count
    }

    deinit {
        base.deallocate()
    }

    @inlinable @inline(__always)
    public subscript(index: Int) -> Element {
        get {
            assert(index >= 0 && index < count)
            return base[index]
        }
        nonmutating set {
            assert(index >= 0 && index < count)
            base[index] = newValue
        }
    }
}

/// Copies `count` elements, ascending: where the two overlap, `target` must lie below `source`.
///
/// The library's own block copy may run a deinitializer for all the compiler knows, and `@_noAllocation` refuses it.
@inline(__always)
func copy<Element: BitwiseCopyable>(_ source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>, count: Int) {
    for index in 0..<count {
        target[index] = source[index]
    }
}
