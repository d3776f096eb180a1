// The stages counted one by one on a bare AArch64; compiled into one module with the front end itself.

@_extern(c, "linnet_instructions") func instructions() -> UInt64
@_extern(c, "linnet_scenes") func scenes() -> UnsafePointer<Int32>
@_extern(c, "putchar") func putCharacter(_ character: Int32) -> Int32

private final class ClockCounter: DSPCounter {
    let sums = FixedArray<UInt64>(count: 32, repeating: 0)

    override func count(_ stage: DSPStage, of stages: DSPStages) {
        let before = instructions()
        stages.perform(stage)
        sums[stage.rawValue] &+= instructions() &- before
    }
}

@_cdecl("run") func run() {
    let head = scenes()
    let (frames, warmUp, counted) = (Int(head[0]), Int(head[1]), Int(head[2]))
    let talk = UnsafeRawPointer(head + 4).assumingMemoryBound(to: Int16.self)
    let stages = DSPStages(
        talk: DSPScene(talk, frames: frames), idle: DSPScene(talk + frames * 160 * DSPScene.channels, frames: frames))
    let counter = ClockCounter()
    stages.run(warmUp: warmUp, counted: counted, counter)
    for stage in DSPStage.allCases {
        put("stage ")
        put(UInt64(stage.rawValue))
        put(" ")
        put(counter.sums[stage.rawValue])
        put("\n")
    }
}

private func put(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { _ = putCharacter(Int32(text.utf8Start[index])) }
}

private func put(_ number: UInt64) {
    if number >= 10 { put(number / 10) }
    _ = putCharacter(Int32(48 + number % 10))
}
