// swift-tools-version: 6.2
import PackageDescription

/// The walls of the house (DESIGN.md section 2) are these target dependencies; `Tests/HouseTests` scans the sources
/// for what a dependency list cannot say (a clock in the turn machine, an import in `DSP`).
let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]

/// The daemon carries the Swift library in itself: a board has none, and its pages are then counted with ours.
let selfContained: [LinkerSetting] = [
    .unsafeFlags(["-static-stdlib"]),
    // What Foundation's static archives need of each other; a link against the shared ones never asks.
    .linkedLibrary("_FoundationCollections"), .linkedLibrary("_FoundationCShims"), .linkedLibrary("swiftSynchronization"),
]

let package = Package(
    name: "linnet",
    products: [
        .executable(name: "linnet", targets: ["linnet"]),
        .executable(name: "linnet-rehearse", targets: ["linnet-rehearse"]),
        // alsa-lib looks for libasound_module_pcm_<type>.so, hence the product's name.
        .library(name: "asound_module_pcm_room", type: .dynamic, targets: ["VirtualCard"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        // MARK: The daemon, from the samples outwards
        .target(name: "DSP", swiftSettings: strict),
        .target(name: "Failures", swiftSettings: strict),
        .target(name: "Audio", dependencies: ["DSP"], swiftSettings: strict),
        .target(name: "Hardware", dependencies: ["Audio", "Failures", "CALSA", "CGPIO", "CPlatform"], swiftSettings: strict),
        .target(name: "Conversation", dependencies: ["Audio", "Failures"], swiftSettings: strict),
        .target(
            name: "LocalEndpoint", dependencies: ["Hardware", "DSP", "Audio", "Conversation", "Failures", "CPlatform"],
            swiftSettings: strict),
        .target(name: "Cloud", dependencies: ["Conversation", "Failures", "CCurl", "CPlatform"], swiftSettings: strict),
        .target(
            name: "Appliance",
            dependencies: [
                "LocalEndpoint", "Hardware", "Conversation", "Cloud", "Audio", "DSP", "Failures", "CSystemd", "CPlatform",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ],
            // TOMLKit sees Foundation. Without this so would we, and `text.contains("…")` would bring Foundation and its ICU data into the daemon.
            swiftSettings: strict + [.enableUpcomingFeature("MemberImportVisibility")]),
        .executableTarget(name: "linnet", dependencies: ["Appliance"], swiftSettings: strict, linkerSettings: selfContained),

        // MARK: C libraries, one thin target each
        .systemLibrary(name: "CALSA", pkgConfig: "alsa", providers: [.apt(["libasound2-dev"])]),
        .systemLibrary(name: "CGPIO", pkgConfig: "libgpiod", providers: [.apt(["libgpiod-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .target(name: "CPlatform"),

        // MARK: Test equipment and the demo, never linked into the daemon
        .target(name: "CRoom"),
        .target(
            name: "VirtualCard", dependencies: ["CRoom", "CALSA"],
            // A C library inside other programs: without these SwiftPM would link a second Swift runtime into it.
            linkerSettings: [
                .linkedLibrary("asound"), .linkedLibrary("m"), .unsafeFlags(["-nostartfiles", "-static-stdlib"]),
            ]),
        .target(
            name: "Rehearsal",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .target(
            name: "Stage",
            dependencies: [
                "Rehearsal", "CRoom", "Audio", "DSP", "CPlatform", .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "linnet-rehearse",
            dependencies: ["Rehearsal", "Stage", "Audio", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: strict),

        // MARK: Tests
        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        .target(name: "DSPFuzz", dependencies: ["DSP"], path: "Tests/DSPFuzz", exclude: ["lives.mjs"], swiftSettings: strict),
        .testTarget(name: "DSPTests", dependencies: ["DSP", "Audio", "DSPFuzz", "CAllocationCounter"], swiftSettings: strict),
        .testTarget(name: "AudioTests", dependencies: ["Audio"], swiftSettings: strict),
        .testTarget(
            name: "HardwareTests", dependencies: ["Hardware", "Audio", "Failures", "CRoom", "CPlatform", "CAllocationCounter"],
            swiftSettings: strict),
        .testTarget(
            name: "LocalEndpointTests",
            dependencies: ["LocalEndpoint", "Hardware", "Conversation", "DSP", "Audio", "Failures", "CPlatform"],
            swiftSettings: strict),
        .testTarget(name: "ConversationTests", dependencies: ["Conversation", "Audio", "Failures"], swiftSettings: strict),
        .testTarget(
            name: "CloudTests", dependencies: ["Cloud", "Conversation", "Failures", "Rehearsal", "CPlatform"],
            swiftSettings: strict),
        .testTarget(name: "ApplianceTests", dependencies: ["Appliance", "Failures", "CPlatform"], swiftSettings: strict),
        .testTarget(name: "RehearsalTests", dependencies: ["Rehearsal"], swiftSettings: strict),
        .testTarget(name: "RoomTests", dependencies: ["Stage", "CRoom", "CALSA", "CPlatform"], swiftSettings: strict),
        .testTarget(name: "StageTests", dependencies: ["Stage", "Rehearsal", "Audio"], swiftSettings: strict),
        .testTarget(name: "HouseTests", swiftSettings: strict),
        .testTarget(name: "EndToEndTests", dependencies: ["Stage", "Rehearsal", "Audio", "CPlatform"], swiftSettings: strict),
    ]
)
