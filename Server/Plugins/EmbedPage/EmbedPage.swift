import Foundation
import PackagePlugin

/// Adds the files of the page, and the description of the API, to the target as a Swift file.
@main
struct EmbedPage: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let folder = context.package.directoryURL.appending(path: "Page")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { ["html", "css", "js", "svg", "json"].contains($0.pathExtension) }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
    return [
      .buildCommand(
        displayName: "Embedding the page",
        executable: try context.tool(named: "EmbedFiles").url,
        arguments: [output.path()] + files.map { $0.path() }.sorted(),
        inputFiles: files,
        outputFiles: [output])
    ]
  }
}
