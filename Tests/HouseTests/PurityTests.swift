import Testing

@Suite struct `The purity of the front end` {
    @Test func `the compiler proves of every function that runs per frame that it neither allocates nor locks`() throws {
        #expect(try Purity.unprovenFunctions(.own) == [])
    }

    @Test func `no Int is shifted out of 32 bits`() throws { #expect(try Purity.wideShifts(.own) == []) }

    @Test func `a breach of each is found and named`() throws {
        let tree = try SourceTree.planted([
            "Sources/DSP/Gain.swift": """
            @_noAllocation @_noLocks
            public mutating func process() {}
                @_noAllocation @_noLocks @inline(__always)
                /// Not an attribute.
                private mutating func count() {}
            func apply() {}
            func describe() {}
            let turns = UInt32(n << 32 / 640)
            let fine = UInt64(n) << 32
            """
        ])
        #expect(
            try Purity.unprovenFunctions(tree) == [
                "Sources/DSP/Gain.swift:5: count lacks @_noAllocation @_noLocks",
                "Sources/DSP/Gain.swift:6: apply lacks @_noAllocation @_noLocks",
            ])
        #expect(try Purity.wideShifts(tree) == ["Sources/DSP/Gain.swift:8: an Int may have 32 bits"])
    }
}
