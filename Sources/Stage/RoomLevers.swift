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
