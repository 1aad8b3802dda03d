import ArgumentParser
import AsyncHTTPClient
import Exporter
import Foundation
import NIOCore
import ServerSandbox

extension QuerentServer {
  /// `querent-server query`: the part of `querent history --from` that needs a network.
  struct Query: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send a statement from standard input to a ClickHouse, and print the answer.",
      discussion: "`querent history --from` runs this command; there is seldom a reason to run it directly.")

    @Option(help: ArgumentHelp("The ClickHouse: clickhouse=URL, as with --export.", valueName: "kind=url"))
    var from: String

    @Option(
      help: ArgumentHelp(
        "A file in netrc's format with the password, which nobody else may read; QUERENT_EXPORT_NETRC names it too.",
        valueName: "file"))
    var netrc: String?

    @Flag(help: "Do not restrict files, ports and system calls.")
    var noSandbox = false

    /// Octets.
    private static let longestStatement = 1 << 16

    func run() throws {
      let destination = try Destination.read(from)
      guard destination.kind == .clickHouse, destination.table.name == "exchanges" else {
        throw Failure(
          "\(from) can't be asked",
          "give a ClickHouse whose table is named exchanges: clickhouse=http://HOST:8123")
      }
      let credentials = try Credentials.read(netrc)
      let statement = String(
        decoding: FileHandle.standardInput.readData(ofLength: Self.longestStatement), as: UTF8.self)
      if !noSandbox { try confine(destination) }
      try blocking {
        let client = HTTPClient.forDestinations(longestRead: ClickHouseQuestion.longest)
        let question = ClickHouseQuestion(destination, credentials, client, version: QuerentServer.version)
        do throws(ClickHouseQuestion.Problem) {
          let answer = try await question.answer(to: statement)
          try? await client.shutdown()
          FileHandle.standardOutput.write(Data(answer))
        } catch {
          try? await client.shutdown()
          throw Failure(
            "\(destination.url) gave no answer: \(error.description)",
            "check that it runs, the user and its password, and the tables of Examples/clickhouse")
        }
      }
    }

    private func confine(_ destination: Destination) throws {
      var sandbox = ServerSandbox()
      sandbox.connectsTo = [destination.port]
      sandbox.looksUpNames = destination.hasName
      do throws(ServerSandbox.Problem) {
        _ = try sandbox.enter()
      } catch {
        throw Failure("the sandbox can't be entered: \(error)", "--no-sandbox goes without it")
      }
    }
  }
}

extension Destination {
  /// Whether it has a name in place of an address.
  var hasName: Bool { (try? SocketAddress(ipAddress: host, port: 0)) == nil }
}
