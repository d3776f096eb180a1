import CRoom

/// What can go wrong with the card, on demand.
extension Room {
    public enum Device: Sendable, CaseIterable {
        case microphones, loudspeaker

        var code: room_device { self == .microphones ? ROOM_MICROPHONES : ROOM_LOUDSPEAKER }
    }

    /// What the microphones' converter delivers.
    public enum Capture: Sendable {
        case sound
        /// Digital silence.
        case zeros
        /// The same 10 ms over and over.
        case frozen
    }

    /// Pulls the plug: the open PCM is disconnected for good, and none can be opened before `replug`.
    public func unplug(_ device: Device) { room_unplug(air, device.code) }
    public func replug(_ device: Device) { room_replug(air, device.code) }
    public func isPlugged(_ device: Device) -> Bool { room_is_plugged(air, device.code) }

    /// One XRUN, as soon as the running device's position is asked for.
    public func forceXRUN(_ device: Device) { room_force_xrun(air, device.code) }

    /// Changes the error of a device's clock, from its next opening on. -100000...100000 parts per million.
    public func setClock(_ device: Device, partsPerMillion: Int) {
        let status = room_set_clock_ppm(air, device.code, Int32(partsPerMillion))
        precondition(status == 0, "a clock is at most a tenth off")
    }

    /// The one thing that a device can do; where it says nothing, the ALSA configuration does.
    public struct Shape: Sendable {
        /// How samples lie in memory; `s24` in four bytes, `s24Packed` in three.
        public enum Format: Sendable { case s16, s24, s24Packed, s32 }
        /// 1...8
        public var channels: Int?
        /// 16000, 44100 or 48000.
        public var rateHz: Int?
        public var format: Format?
        /// The device's only period. Declared when channels and format are given too; else others are refused when they are set.
        public var periodFrames: Int?
        public var hidesPeriod = false

        public init(
            channels: Int? = nil, rateHz: Int? = nil, format: Format? = nil, periodFrames: Int? = nil, hidesPeriod: Bool = false
        ) {
            self.channels = channels
            self.rateHz = rateHz
            self.format = format
            self.periodFrames = periodFrames
            self.hidesPeriod = hidesPeriod
        }

        var code: room_shape {
            let formats: [Format: room_format] = [
                .s16: ROOM_FORMAT_S16_LE, .s24: ROOM_FORMAT_S24_LE, .s24Packed: ROOM_FORMAT_S24_3LE, .s32: ROOM_FORMAT_S32_LE,
            ]
            return room_shape(
                channels: Int32(channels ?? 0), rate_hz: Int32(rateHz ?? 0),
                format: format.flatMap { formats[$0] } ?? ROOM_FORMAT_AS_CONFIGURED, period_frames: Int32(periodFrames ?? 0),
                hides_period: hidesPeriod)
        }
    }

    /// What the device is from its next opening on.
    public func reshape(_ device: Device, _ shape: Shape) {
        var code = shape.code
        let status = room_set_shape(air, device.code, &code)
        precondition(status == 0, "a shape that devices have")
    }

    /// Another program holds the device, or lets it go. An open PCM stays open.
    public func occupy(_ device: Device) { room_set_busy(air, device.code, true) }
    public func vacate(_ device: Device) { room_set_busy(air, device.code, false) }

    /// The converter stands still, and no error says so; or goes on.
    public func stall(_ device: Device) { room_set_stalled(air, device.code, true) }
    public func unstall(_ device: Device) { room_set_stalled(air, device.code, false) }

    /// The number of the device's card (0...31), 1 for the microphones and 2 for the loudspeaker at first.
    public func setCardNumber(_ device: Device, _ number: Int) {
        let status = room_set_card_number(air, device.code, Int32(number))
        precondition(status == 0, "a card number is 0 to 31")
    }

    /// The id of the device's card, whatever its number.
    public func cardID(_ device: Device) -> String { String(cString: room_card_id(device.code)) }

    /// Microphones, from 0, that deliver zeros.
    public func kill(channels: [Int]) { room_set_dead_channels(air, channels.reduce(0) { $0 | 1 << UInt32($1) }) }

    /// How far the device's delay is said to be beyond the truth, frames.
    public func setExtraDelay(_ device: Device, frames: Int) {
        let status = room_set_extra_delay(air, device.code, Int32(frames))
        precondition(status == 0, "a delay of at most 100000 frames")
    }

    public func deliver(_ capture: Capture) {
        switch capture {
        case .sound: room_set_capture_fault(air, ROOM_CAPTURE_SOUND)
        case .zeros: room_set_capture_fault(air, ROOM_CAPTURE_ZEROS)
        case .frozen: room_set_capture_fault(air, ROOM_CAPTURE_FROZEN)
        }
    }

    /// Whether the device's converter is running, in whatever process.
    public func isRunning(_ device: Device) -> Bool { room_is_running(air, device.code) }
    /// XRUNs so far, forced ones included.
    public func xruns(_ device: Device) -> Int { Int(room_xruns(air, device.code)) }
}
