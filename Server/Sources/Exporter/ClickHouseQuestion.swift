package import AsyncHTTPClient
package import NIOCore

/// A question to a ClickHouse, in SQL.
package struct ClickHouseQuestion: Sendable {
  private let destination: Destination
  private let sender: Sender

  /// How long a question may take.
  package static let longest = TimeAmount.minutes(10)
  private static let mostRead = 256 << 20

  package init(_ destination: Destination, _ credentials: Credentials, _ client: HTTPClient, version: String)
  {
    self.destination = destination
    sender = Sender(
      destination, credentials.entry(for: destination.host, user: destination.user), client,
      agent: "querent-server/\(version)")
  }

  /// Why there is no answer.
  package struct Problem: Error {
    package let description: String
  }

  /// The answer in the format that the statement names, whole.
  package func answer(to statement: String) async throws(Problem) -> [UInt8] {
    let separator = destination.url.contains("?") ? "&" : "?"
    // With wait_end_of_query the status says whether all of the answer was made.
    let url = destination.url + separator + "database=\(destination.table.database)&wait_end_of_query=1"
    let status: Int
    let body: [UInt8]
    do {
      (status, body, _) = try await sender.post(
        url, "text/plain", ByteBuffer(string: statement), isCompressed: false, longest: Self.longest,
        mostRead: Self.mostRead)
    } catch is NIOTooManyBytesError {
      throw Problem(description: "the answer has more than 256 MiB")
    } catch {
      throw Problem(description: "\(error)")
    }
    guard status == 200 else {
      throw Problem(description: "HTTP \(status): \(Verdict.excerpt(body))")
    }
    return body
  }
}
