import Appliance

await LinnetCommand.main()
