import Appliance
import Foundation
import Testing

@Suite struct `Settings` {
    @Test func `nothing said means the defaults`() throws {
        #expect(try Configuration.parse(text: "", file: "linnet.toml") == Configuration())
    }

    @Test func `the shipped file lists every key, each with its default`() throws {
        let path = repository.appending(path: "systemd/linnet.toml")
        let text = try String(contentsOf: path, encoding: .utf8)
        #expect(try Configuration.parse(text: text, file: "linnet.toml") == Configuration())
        let missing = Configuration.allKeys.filter { key in
            !text.contains("\n\(key.split(separator: ".").last ?? "") = ")
                || !text.contains("[\(key.split(separator: ".").dropLast().joined(separator: "."))]")
        }
        #expect(missing == [])
    }

    @Test func `everything that is wrong is said at once, with file, line and what would be right`() throws {
        let text = """
            [audio]
            captur = "hw:1"
            capture_channels = 9
            geometry = "circlar4"

            [board]
            driver = "gpio"

            [cloud.deepgram]
            url = "ws://api.deepgram.com"

            [cloud.groq]
            api_key = "gsk_1234"
            """
        let refused = try #require(throws: ConfigurationRefused.self) { try Configuration.parse(text: text, file: "box.toml") }
        let lines = refused.problems.map(\.description)
        #expect(lines.count == 6)
        #expect(lines[0] == "box.toml:2: audio.captur: there is no such key; did you mean audio.capture?")
        #expect(lines[1] == "box.toml:3: audio.capture_channels: 9 is outside 0 to 8")
        #expect(
            lines[2].hasPrefix("box.toml:4: audio.geometry: \"circlar4\" is not one of")
                && lines[2].hasSuffix("did you mean \"circular4\"?"))
        #expect(
            lines[3].hasPrefix("box.toml:7: board.driver: \"gpio\" is not one of")
                && lines[3].hasSuffix("did you mean \"gpiod\"?"))
        #expect(lines[4].hasPrefix("box.toml:10: cloud.deepgram.url: "))
        #expect(lines[5].contains("cloud.groq.api_key") && lines[5].contains("credential groq-api-key"))
        #expect(!refused.description.contains("gsk_1234"), "a secret is never printed")
    }

    @Test func `a file that is not TOML is refused with the line`() throws {
        let refused = try #require(throws: ConfigurationRefused.self) {
            try Configuration.parse(text: "[audio]\ncapture = \"hw:1\n", file: "box.toml")
        }
        #expect(refused.description.hasPrefix("box.toml:2: not valid TOML"))
    }

    @Test func `a file that is not there is named, with what to do`() throws {
        let refused = try #require(throws: ConfigurationRefused.self) { try Configuration.load(path: "/nowhere/linnet.toml") }
        #expect(refused.description.hasPrefix("/nowhere/linnet.toml: cannot be read: No such file or directory"))
        #expect(refused.description.contains("--config"))
    }

    @Test func `a wrong type is told apart from a wrong value`() throws {
        let refused = try #require(throws: ConfigurationRefused.self) {
            try Configuration.parse(text: "[conversation]\nspeculate = \"yes\"\nfollow_up_s = 5.5\n", file: "f")
        }
        #expect(
            refused.problems.map(\.message) == [
                "wants true or false, not the text \"yes\"", "wants a whole number, not the number 5.5",
            ])
    }
}

let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
