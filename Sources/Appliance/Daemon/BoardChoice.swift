import Failures
import Hardware

/// The board that the settings name.
enum BoardChoice {
    static func open(_ settings: Configuration.Board) throws(Failure) -> any Board {
        switch settings.driver {
        case .none: NoBoard()
        case .simulated: SimulatedBoard()
        case .gpiod: try GPIOBoard(gpio(settings))
        }
    }

    private static func gpio(_ settings: Configuration.Board) -> GPIOBoard.Settings {
        var lines = GPIOBoard.Settings(
            chip: settings.chip, buttonLine: settings.button.line < 0 ? nil : UInt32(settings.button.line))
        lines.buttonIsActiveLow = settings.button.activeLow
        lines.bias =
            switch settings.button.bias {
            case .pullUp: .pullUp
            case .pullDown: .pullDown
            case .disabled: .disabled
            case .asIs: .asIs
            }
        lines.debounceMilliseconds = settings.button.debounceMilliseconds
        let named: [(LightPattern.Light, Int)] = [
            (.listening, settings.leds.listening), (.thinking, settings.leds.thinking), (.speaking, settings.leds.speaking),
            (.error, settings.leds.error),
        ]
        for (light, line) in named where line >= 0 { lines.lights[light] = UInt32(line) }
        lines.ring = settings.leds.ring.map(UInt32.init)
        lines.lightsAreActiveLow = settings.leds.activeLow
        return lines
    }
}
