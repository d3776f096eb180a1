import Testing

@Suite struct `The papers of the house` {
    @Test func `every file and function that a page names is there`() throws {
        let lies = try Papers.missingPlaces(.own)
        #expect(lies.isEmpty, "\(lies.joined(separator: "\n"))")
    }

    @Test func `every type in a drawing is there`() throws {
        let lies = try Papers.missingTypes(.own)
        #expect(lies.isEmpty, "\(lies.joined(separator: "\n"))")
    }

    @Test func `every make target that a page names is there`() throws {
        let lies = try Papers.missingTargets(.own)
        #expect(lies.isEmpty, "\(lies.joined(separator: "\n"))")
    }

    @Test func `the architecture's table says what the walls allow`() throws {
        let drawn = try Papers.drawnImports(.own)
        let ours = Set(Walls.mayImport.keys)
        for (module, allowed) in Walls.mayImport where module != "linnet" {
            #expect(drawn[module] == allowed.intersection(ours), "\(module)")
        }
    }

    @Test func `a page that lies is found and named`() throws {
        let tree = try SourceTree.planted([
            "Sources/Audio/Ring.swift": "struct Ring {\n    func read() {}\n}\n",
            "docs/walk.md":
                "`Audio/Ring.read` and `Audio/Ring`, then `Audio/Ring.write`, `Audio/Gone.read`, `Attic/Box`; `make tea`\n    Ring ─▶ RingReader\n",
            "README.md": "", "CONTRIBUTING.md": "", "Makefile": "test: build\n",
        ])
        #expect(
            try Papers.missingPlaces(tree) == [
                "docs/walk.md: Sources/Audio/Ring.swift declares no write", "docs/walk.md: Audio has no file Gone.swift",
                "docs/walk.md: there is no module Attic",
            ])
        #expect(try Papers.missingTypes(tree) == ["docs/walk.md: its drawing shows RingReader, which is no type"])
        #expect(try Papers.missingTargets(tree) == ["docs/walk.md: there is no `make tea`"])
    }
}
