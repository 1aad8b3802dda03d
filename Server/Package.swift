// swift-tools-version: 6.3
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

let api = Target.Dependency.product(name: "HistoryAPI", package: "querent")

// A package of its own, so that the tracer resolves and builds nothing of it.
let package = Package(
  name: "querent-server",
  products: [.executable(name: "querent-server", targets: ["querent-server"])],
  dependencies: [
    .package(name: "querent", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    // The traits that are left out need all of Foundation, and swift-configuration.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.33.0"),
  ],
  targets: [
    .target(name: "WebPage", swiftSettings: settings, plugins: ["EmbedPage"]),
    .target(name: "SystemCalls", swiftSettings: settings),
    .target(
      name: "WebServer",
      dependencies: [
        "WebPage", "SystemCalls", api,
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .target(
      name: "Exporter",
      dependencies: [
        .product(name: "ExportBatches", package: "querent"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "querent-server",
      dependencies: [
        "Exporter", "WebServer", "SystemCalls", api,
        .product(name: "ExportBatches", package: "querent"),
        .product(name: "ServerSandbox", package: "querent"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings,
      linkerSettings: [.unsafeFlags(["-use-ld=lld"])]),
    .testTarget(name: "ExporterTests", dependencies: ["Exporter"], swiftSettings: settings),
    .executableTarget(name: "EmbedFiles", swiftSettings: settings),
    .testTarget(
      name: "WebServerTests", dependencies: ["WebServer", "WebPage", api], swiftSettings: settings),
    .plugin(name: "EmbedPage", capability: .buildTool(), dependencies: ["EmbedFiles"]),
  ],
  swiftLanguageModes: [.v6]
)
