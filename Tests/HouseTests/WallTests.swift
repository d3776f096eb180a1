import Testing

@Suite struct `The walls of the house` {
    @Test func `every module imports only what the design allows`() throws {
        #expect(try Walls.imports(.own) == [])
        #expect(try Walls.modulesWithoutRule(.own) == [])
    }

    @Test func `DSP is integer arithmetic alone`() throws { #expect(try Walls.floatingPointInDSP(.own) == []) }

    @Test func `a conversation has no clock of its own and its turn machine has no tasks`() throws {
        #expect(try Walls.clocksInConversation(.own) == [])
        #expect(try Walls.effectsInTurnMachine(.own) == [])
    }

    @Test func `nothing that the world does can trap the daemon`() throws { #expect(try Walls.carelessness(.own) == []) }

    @Test func `a file is one idea`() throws { #expect(try Walls.longFiles(.own) == []) }

    @Test func `a breach of each wall is found and named`() throws {
        let tree = try SourceTree.planted([
            "Sources/DSP/Gain.swift": "import Glibc\nlet gain: Double = 1\n",
            "Sources/Conversation/TurnMachine.swift": "func wait() async { try? await Task.sleep(for: .seconds(1)) }\n",
            "Sources/Conversation/Wire.swift": "import Cloud\n",
            "Sources/Hardware/Card.swift": "final class Card: @unchecked " + "Sendable {}\nlet a = try" + "! open()\n",
            "Sources/Appliance/Demo.swift": "@preconcurrency import Rehearsal\n",
            "Sources/Attic/Box.swift": "let everything = 1\n",
        ])
        #expect(
            try Walls.imports(tree) == [
                "Sources/Appliance/Demo.swift:1: Appliance must not import Rehearsal",
                "Sources/Conversation/Wire.swift:1: Conversation must not import Cloud",
                "Sources/DSP/Gain.swift:1: DSP must not import Glibc",
            ])
        #expect(try Walls.modulesWithoutRule(tree) == ["Attic"])
        #expect(try Walls.floatingPointInDSP(tree).count == 1)
        #expect(try Walls.clocksInConversation(tree).count == 1)
        #expect(try Walls.effectsInTurnMachine(tree).count == 1)
        #expect(try Walls.carelessness(tree).count == 2)
    }
}
