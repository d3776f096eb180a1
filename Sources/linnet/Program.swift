import Appliance

@main enum Program {
    static func main() async { await LinnetCommand.main() }
}
