import CALSA
import CRoom
import Glibc
import Stage
import Testing

@Suite(.ownThread, .serialized) struct `What can go wrong with the card` {
    @Test(arguments: Room.Device.allCases)
    func `one XRUN on demand, then the sound goes on`(device: Room.Device) throws {
        let scene = try TestRoom()
        let card = try device == .microphones ? scene.microphones() : scene.loudspeaker()
        func move() throws {
            if device == .microphones { _ = try card.read(frames: 160) } else { try card.write(whiteNoise(480)) }
        }
        if device == .loudspeaker { try card.write(whiteNoise(12_000)) }
        try card.start()
        try move()
        scene.room.forceXRUN(device)
        #expect(throws: ALSAError.self) { for _ in 0..<100 { try move() } }
        #expect(card.state == SND_PCM_STATE_XRUN)
        #expect(scene.room.xruns(device) == 1)
        #expect(snd_pcm_recover(card.pcm, -EPIPE, 1) == 0)
        if device == .loudspeaker { try card.write(whiteNoise(4800)) }
        try card.start()
        try move()
        #expect(scene.room.xruns(device) == 1)
    }

    @Test(arguments: Room.Device.allCases)
    func `an unplugged card is gone until it is back, and then must be opened anew`(device: Room.Device) throws {
        let scene = try TestRoom()
        func open() throws -> SoundCard { try device == .microphones ? scene.microphones() : scene.loudspeaker() }
        func move(_ card: SoundCard) throws {
            if device == .microphones { _ = try card.read(frames: 160) } else { try card.write(whiteNoise(480)) }
        }
        do {
            let card = try open()
            if device == .loudspeaker { try card.write(whiteNoise(4800)) }
            try card.start()
            try move(card)
            scene.room.unplug(device)
            #expect(throws: ALSAError(call: device == .microphones ? "readi" : "writei", code: -ENODEV)) {
                for _ in 0..<100 { try move(card) }
            }
            #expect(card.state == SND_PCM_STATE_DISCONNECTED)
            #expect(!scene.room.isRunning(device))
            scene.room.replug(device)
            #expect(throws: ALSAError(call: "prepare", code: -ENODEV)) { try card.prepare() }
            scene.room.unplug(device)
        }
        #expect(throws: ALSAError(call: "snd_pcm_open", code: -ENODEV)) { try open() }
        scene.room.replug(device)
        let again = try open()
        if device == .loudspeaker { try again.write(whiteNoise(4800)) }
        try again.start()
        try move(again)
    }

    @Test func `whoever polls learns of a pulled plug`() throws {
        let scene = try TestRoom()
        let microphones = try scene.microphones()
        try microphones.start()
        scene.room.unplug(.microphones)
        #expect(snd_pcm_wait(microphones.pcm, 1000) == -ENODEV)
    }

    @Test func `a second program finds the card busy`() throws {
        let scene = try TestRoom()
        let first = try scene.microphones()
        #expect(throws: ALSAError(call: "snd_pcm_open", code: -EBUSY)) { try scene.microphones() }
        _ = first
        let speaker = try scene.loudspeaker()
        _ = speaker
    }

    @Test func `a dead converter delivers zeros, a frozen one the same again and again`() throws {
        let scene = try TestRoom()
        scene.room.playNoise(whiteNoise(16_000, peak: 1000))
        let microphones = try scene.microphones()
        try microphones.start()
        #expect(try microphones.read(frames: 1600).contains { $0 != 0 })
        scene.room.deliver(.zeros)
        #expect(try microphones.read(frames: 1600).allSatisfy { $0 == 0 })
        scene.room.deliver(.frozen)
        let frozen = channel(0, of: 4, try microphones.read(frames: 1600))
        #expect(powerDecibels(frozen) > 40)
        #expect((160..<1600).allSatisfy { frozen[$0] == frozen[$0 - 160] })
        scene.room.deliver(.sound)
        let sound = channel(0, of: 4, try microphones.read(frames: 1600))
        #expect(!(160..<1600).allSatisfy { abs(sound[$0] - sound[$0 - 160]) <= 2 })
    }

    @Test func `a card is known by its id, whatever its number`() throws {
        let scene = try TestRoom()
        let byNumber = try scene.microphones(name: "hw:1,0")
        _ = byNumber
        #expect(throws: ALSAError(call: "snd_pcm_open", code: -ENODEV)) { try scene.loudspeaker(name: "hw:1,0") }
        scene.room.setCardNumber(.loudspeaker, 7)
        let byID = try scene.loudspeaker(name: "hw:CARD=\(scene.room.cardID(.loudspeaker)),DEV=0")
        _ = byID
        #expect(throws: ALSAError(call: "snd_pcm_open", code: -ENODEV)) { try scene.loudspeaker(name: "hw:2,0") }
    }

    @Test func `a converter that stands still delivers nothing, and no error`() throws {
        let scene = try TestRoom()
        let microphones = try scene.microphones()
        try microphones.start()
        _ = try microphones.read(frames: 320)
        scene.room.stall(.microphones)
        let waiting = try microphones.available().frames
        usleep(100_000)
        #expect(try microphones.available().frames - waiting < 160)
        #expect(microphones.state == SND_PCM_STATE_RUNNING)
    }

    @Test func `a broken wire is one channel of zeros`() throws {
        var settings = TestRoom.quiet()
        settings.converterNoise = 2
        let scene = try TestRoom(settings)
        scene.room.kill(channels: [1])
        let microphones = try scene.microphones()
        try microphones.start()
        let sound = try microphones.read(frames: 1600)
        #expect(channel(1, of: 4, sound).allSatisfy { $0 == 0 } && channel(2, of: 4, sound).contains { $0 != 0 })
    }

    @Test func `a file that is no air is refused`() throws {
        let scene = try TestRoom()
        var air: OpaquePointer?
        #expect(room_air_open(scene.folder + "/asound.conf", &air) == -EPROTO)
        #expect(room_air_open(scene.folder + "/nowhere", &air) == -ENOENT)
        var settings = room_settings_default()
        settings.echo_delay_ms = 1
        #expect(room_air_create(scene.folder + "/air2", &settings, &air) == -EINVAL)
    }
}
