import ArgumentParser
import Dispatch
import Foundation
import ServerSandbox
import Synchronization
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

  /// Runs what suspends, and waits for it in this thread.
  func blocking(_ body: @escaping @Sendable () async throws -> Void) throws {
    let outcome = Outcome()
    Task.detached {
      do {
        try await body()
        outcome.set(.success(()))
      } catch {
        outcome.set(.failure(error))
      }
    }
    try outcome.wait()
  }

  private static func say(_ text: String) {
    FileHandle.standardError.write(Data("querent-server: \(text)\n".utf8))
  }
}

/// How the server has ended.
private final class Outcome: Sendable {
  private let result = Mutex<Result<Void, any Error>?>(nil)
  private let isSet = DispatchSemaphore(value: 0)

  func set(_ value: Result<Void, any Error>) {
    result.withLock { $0 = value }
    isSet.signal()
  }

  func wait() throws {
    isSet.wait()
    try result.withLock { $0 }?.get()
  }
}
