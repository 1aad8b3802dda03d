import ArgumentParser
import Foundation
import ServerSandbox
import WebServer

extension QuerentServer {
  /// Gives up what the server does not need, and says on standard error what is missing.
  func confine(_ configuration: WebServer.Configuration, _ plan: ExportPlan) throws {
    var sandbox = ServerSandbox(history: historyDirectory)
    sandbox.metricsFile = metricsFile
    sandbox.socket = socket
    sandbox.listensAt = (configuration.address?.port).flatMap(UInt16.init(exactly:))
    if !plan.isEmpty {
      sandbox.stateDirectory = export.exportState
      sandbox.connectsTo = plan.ports
      sandbox.looksUpNames = plan.hasNames
    }
    for path in sandbox.missing {
      Self.say("\(path) does not exist; when it does, start the server again: its sandbox cannot be widened")
    }
    do throws(ServerSandbox.Problem) {
      let (report, isComplete) = try sandbox.enter()
      if checkSandbox {
        print(report)
      } else if !isComplete {
        Self.say("sandbox: \(report)")
      }
    } catch {
      throw Failure("the sandbox can't be entered: \(error)", "--no-sandbox goes without it")
    }
  }

  /// Tries to leave the sandbox.
  func reportAttempts() throws {
    let (refused, granted) = ServerSandbox.tryToLeave()
    print("refused: \(refused.joined(separator: ", "))")
    guard !granted.isEmpty else { return }
    print("not refused: \(granted.joined(separator: ", "))")
    throw ExitCode.failure
  }

  private static func say(_ text: String) {
    FileHandle.standardError.write(Data("querent-server: \(text)\n".utf8))
  }
}
