import Foundation
import PackagePlugin

/// Compiles `BPF/probe.bpf.c` with the toolchain's clang and adds the object to the target as a
/// Swift file.
@main
struct CompileBPF: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let package = context.package.directoryURL
    let folder = package.appending(path: "BPF")
    let abi = package.appending(path: "Sources/ProbeABI/include")
    let source = folder.appending(path: "probe.bpf.c")
    let headers = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "h" }
    let output = context.pluginWorkDirectoryURL.appending(path: "ProbeObject.swift")
    return [
      .buildCommand(
        displayName: "Compiling the kernel programs",
        executable: try context.tool(named: "EmbedBPF").url,
        arguments: [
          try context.tool(named: "clang").url.path(), source.path(), output.path(), folder.path(),
          abi.path(),
        ],
        inputFiles: headers + [source, abi.appending(path: "probe_abi.h")],
        outputFiles: [output])
    ]
  }
}
