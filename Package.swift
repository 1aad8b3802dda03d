// swift-tools-version: 6.3
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
  .enableExperimentalFeature("Lifetimes"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

func module(
  _ name: String, _ dependencies: [Target.Dependency] = [], plugins: [Target.PluginUsage] = []
) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings, plugins: plugins)
}

func tests(_ subject: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(subject)Tests", dependencies: [.byName(name: subject)] + dependencies,
    swiftSettings: settings)
}

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")

let package = Package(
  name: "querent",
  products: [
    .executable(name: "querent", targets: ["querent"]),
    // For Server, which is a package of its own.
    .library(name: "HistoryAPI", targets: ["HistoryAPI"]),
    .library(name: "ExportBatches", targets: ["ExportBatches"]),
    .library(name: "ServerSandbox", targets: ["ServerSandbox"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.4.0"),
  ],
  targets: [
    // C functions for the kernel.
    .target(
      name: "CLibBPF",
      linkerSettings: [.linkedLibrary("bpf"), .linkedLibrary("elf"), .linkedLibrary("z")]),
    .target(name: "ProbeABI"),
    .target(name: "CHost"),
    .target(name: "CSandbox"),
    .target(name: "CInflate", linkerSettings: [.linkedLibrary("z")]),
    .target(name: "CDeflate", linkerSettings: [.linkedLibrary("z")]),
    // Loads libsqlite3 when it is needed, and links nothing.
    .target(name: "CSQLite"),

    // The pipeline, in the order of the data flow.
    module("Bytes"),
    module("TraceModel", ["Bytes"]),
    module("DNSWire", ["Bytes"]),
    module("PacketDecoding", ["Bytes", "TraceModel"]),
    module("CaptureFiles", ["Bytes", "TraceModel"]),
    module("ProcFS"),
    module("JSONDecoding"),
    module("LocalLookups", ["Bytes", "TraceModel", "DNSWire", "PacketDecoding", "JSONDecoding"]),
    module("KernelProbe", ["Bytes", "CLibBPF", "ProbeABI", "TraceModel", "ProcFS"], plugins: ["CompileBPF"]),
    module("Attribution", ["TraceModel", "ProcFS", "JSONDecoding"]),
    module("Correlation", ["Bytes", "TraceModel", "DNSWire", "PacketDecoding", deque]),
    module("FrameStreams"),
    module("RecordSinks"),
    module("SoftwareVersion"),
    module("Statistics"),
    module("Formats", ["Bytes", "TraceModel", "DNSWire", "PacketDecoding", "Correlation", "FrameStreams"]),
    module(
      "TracePipeline",
      [
        "Bytes", "TraceModel", "CaptureFiles", "DNSWire", "PacketDecoding", "LocalLookups", "Correlation",
        "Formats", "RecordSinks",
      ]),
    module("TraceMetrics", ["Bytes", "TraceModel", "DNSWire", "Correlation", "TracePipeline"]),
    module(
      "Top",
      [
        "Bytes", "TraceModel", "DNSWire", "PacketDecoding", "Correlation", "Formats", "Statistics",
        "TracePipeline",
      ]),
    module(
      "HostSystem",
      ["Bytes", "CDeflate", "CHost", "CInflate", "CSandbox", "FrameStreams", "ProcFS", "RecordSinks", system]),

    // What is remembered.
    module("SQLite", ["CSQLite"]),
    module(
      "History",
      [
        "Bytes", "TraceModel", "DNSWire", "PacketDecoding", "JSONDecoding", "Correlation", "Formats",
        "Statistics", "TracePipeline",
        "HostSystem", "SQLite", system,
      ]),

    // What querent-server answers, without a network.
    module(
      "HistoryAPI",
      [
        "Bytes", "TraceModel", "DNSWire", "PacketDecoding", "Correlation", "CaptureFiles", "Formats",
        "ProcFS", "RecordSinks", "SoftwareVersion", "Statistics", "TracePipeline", "History", "HostSystem",
      ]),

    // Batches of a history for other stores, without a network.
    module(
      "ExportBatches",
      [
        "Bytes", "TraceModel", "PacketDecoding", "Correlation", "Formats", "History", "HostSystem", system,
      ]),

    // Questions about many hosts for ClickHouse, without a network.
    module("FleetQueries", ["TraceModel", "DNSWire", "Correlation", "History"]),

    // What querent-server may do once it has started.
    module("ServerSandbox", ["HostSystem", "ProcFS", "SQLite"]),

    .executableTarget(
      name: "querent",
      dependencies: [
        "Bytes", "TraceModel", "CaptureFiles", "DNSWire", "PacketDecoding", "KernelProbe", "ProcFS",
        "Attribution",
        "Correlation", "Formats", "FrameStreams", "TracePipeline", "History", "FleetQueries", "TraceMetrics",
        "Top",
        "HostSystem", "SoftwareVersion", system,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings,
      // The toolchain's own linker. Others warn about mktemp, which is in the Foundation that ArgumentParser
      // imports; querent does not call it.
      linkerSettings: [.unsafeFlags(["-use-ld=lld"])]),

    // The build compiles the kernel programs and embeds them.
    .executableTarget(name: "EmbedBPF", swiftSettings: settings),
    .plugin(name: "CompileBPF", capability: .buildTool(), dependencies: ["EmbedBPF"]),

    // Shared by tests with real namespaces, servers and clients.
    .target(name: "Lab", dependencies: ["HostSystem"], path: "Tests/Lab", swiftSettings: settings),

    // Captures that tests make, and those next to the repository.
    .target(
      name: "Traffic",
      dependencies: ["Bytes", "TraceModel", "DNSWire", "CaptureFiles", "Correlation", "PacketDecoding"],
      path: "Tests/Traffic", exclude: ["messages.py", "messages.txt"],
      swiftSettings: settings),

    // Histories of them.
    .target(
      name: "TestHistories",
      dependencies: [
        "TraceModel", "Correlation", "Formats", "History", "HostSystem", "Lab", "TracePipeline", "Traffic",
      ],
      path: "Tests/TestHistories", swiftSettings: settings),

    // The programs of `make bench`.
    .executableTarget(
      name: "DecodeBench", dependencies: ["DNSWire", "HostSystem"], path: "Tests/Bench/Decode",
      swiftSettings: settings),

    // Messages of other protocols, and the kernel's test for the shape of DNS, compiled for this host.
    .target(name: "CNoise", path: "Tests/GroundTruth/Noise"),

    // The targets of libFuzzer (Scripts/fuzz), and the replay of the corpus.
    .target(name: "StrictJSON", path: "Tests/StrictJSON", swiftSettings: settings),
    .target(name: "CAllocations", path: "Tests/Fuzz/CAllocations"),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Bytes", "CAllocations", "StrictJSON", "TraceModel", "CaptureFiles", "DNSWire", "PacketDecoding",
        "LocalLookups", "Correlation",
        "Formats",
      ],
      path: "Tests/Fuzz/Targets", swiftSettings: settings),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], swiftSettings: settings),

    tests("TraceModel"),
    tests("CaptureFiles", ["Bytes", "TraceModel"]),
    tests("Bytes"),
    tests("JSONDecoding"),
    tests("DNSWire", ["Bytes", "Traffic"]),
    tests("PacketDecoding", ["CNoise", "TraceModel", "Traffic"]),
    tests("LocalLookups", ["Bytes", "TraceModel", "DNSWire", "PacketDecoding"]),
    tests("Attribution", ["TraceModel", "ProcFS"]),
    tests("Correlation", ["Bytes", "CNoise", "TraceModel", "DNSWire", "PacketDecoding"]),
    tests("FrameStreams"),
    tests("Statistics"),
    tests(
      "Formats",
      [
        "StrictJSON", "Bytes", "TraceModel", "Correlation", "DNSWire", "PacketDecoding", "FrameStreams",
        "History", "HostSystem", "Lab", "TracePipeline",
      ]),
    tests("HostSystem", ["Bytes", "Lab", "RecordSinks", system]),
    tests(
      "TracePipeline",
      [
        "Traffic", "TraceModel", "CaptureFiles", "Correlation", "DNSWire", "Formats", "PacketDecoding",
        "RecordSinks", "HostSystem", "Lab", system,
      ]),
    tests("SQLite", ["Lab"]),
    tests(
      "History",
      [
        "TraceModel", "Correlation", "DNSWire", "Formats", "PacketDecoding", "TracePipeline", "HostSystem",
        "SQLite", "Lab", "TestHistories", "Traffic", system,
      ]),
    tests(
      "ExportBatches",
      [
        "Formats", "History", "HostSystem", "Lab", "StrictJSON", "TestHistories", "Traffic",
      ]),
    tests(
      "HistoryAPI",
      [
        "Correlation", "DNSWire", "Formats", "History", "HostSystem", "PacketDecoding", "TraceModel",
        "TracePipeline", "Lab", "Traffic",
      ]),
    tests("FleetQueries", ["Correlation", "DNSWire", "History", "TraceModel"]),
    tests("ServerSandbox", ["HostSystem"]),
    tests(
      "TraceMetrics",
      [
        "Bytes", "TraceModel", "Correlation", "DNSWire", "PacketDecoding", "TracePipeline", "Lab",
      ]),
    tests(
      "Top",
      [
        "Bytes", "TraceModel", "Correlation", "DNSWire", "Formats", "HostSystem", "PacketDecoding",
        "Statistics", "TracePipeline", "Traffic",
      ]),
    tests("KernelProbe", ["CLibBPF", "TraceModel", "Attribution", "ProcFS", "Lab"]),
    tests("querent", ["HostSystem", "KernelProbe", "Lab", "Traffic"]),
  ],
  swiftLanguageModes: [.v6]
)
