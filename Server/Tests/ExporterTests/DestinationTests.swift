import Testing

@testable import Exporter

struct DestinationTests {
  @Test(arguments: [
    (
      "clickhouse=http://127.0.0.1:8123", "http://127.0.0.1:8123/",
      "clickhouse_http___127.0.0.1_8123__querent.exchanges"
    ),
    ("otlp=https://otel.example", "https://otel.example/v1/logs", "otlp_https___otel.example_v1_logs"),
    ("otlp-json=http://[::1]:4318/other", "http://[::1]:4318/other", "otlp_json_http______1__4318_other"),
    (
      "elastic=https://es.example/dns/_bulk", "https://es.example/dns/_bulk",
      "elastic_https___es.example_dns__bulk"
    ),
    ("ndjson=http://user@127.0.0.1/in?a=1", "http://127.0.0.1/in?a=1", "ndjson_http___127.0.0.1_in_a_1"),
  ])
  func aDestinationHasAURLWithoutItsUserAndANameForAFile(text: String, url: String, name: String) throws {
    let destination = try Destination(text)
    #expect(destination.url == url)
    #expect(destination.name == name)
  }

  @Test func theTableOfClickHouseIsPartOfTheURL() throws {
    let destination = try Destination("clickhouse=http://ch.example:8123/?database=dns&table=events&x=1")
    #expect(destination.table == ("dns", "events"))
    #expect(destination.url == "http://ch.example:8123/?x=1")
  }

  @Test(arguments: [
    "", "clickhouse", "kafka=http://127.0.0.1", "clickhouse=127.0.0.1:8123", "ndjson=ftp://example.com/",
    "elastic=http:///x", "clickhouse=http://h/?table=a%3BDROP%20TABLE", "clickhouse=http://h/?table=",
    "otlp=http://user:secret@127.0.0.1/",
  ])
  func whatIsNoDestinationIsRefusedWithAdvice(text: String) {
    let problem = #expect(throws: Destination.Problem.self) { try Destination(text) }
    #expect(problem?.advice.isEmpty == false)
    #expect(problem?.description.contains("secret") == false)
  }

  @Test func onlyHTTPToAnotherHostIsInClear() throws {
    #expect(try Destination("otlp=http://192.0.2.1:4318").isInClear)
    #expect(try !Destination("otlp=https://192.0.2.1:4318").isInClear)
    #expect(try !Destination("otlp=http://127.0.0.1:4318").isInClear)
  }
}

struct CredentialsTests {
  @Test func usersAndTokensAreFoundByHost() throws {
    let credentials = try #require(
      Credentials(
        netrc: """
          # of the fleet
          machine ch.example login querent password one
          machine ch.example login other
            password two
          machine otel.example password token
          default login anyone password three
          """))
    #expect(credentials.entry(for: "ch.example", user: nil) == .init(user: "querent", password: "one"))
    #expect(credentials.entry(for: "ch.example", user: "other") == .init(user: "other", password: "two"))
    #expect(credentials.entry(for: "otel.example", user: nil) == .init(user: nil, password: "token"))
    #expect(
      credentials.entry(for: "elsewhere.example", user: nil) == .init(user: "anyone", password: "three"))
    #expect(credentials.entry(for: "elsewhere.example", user: "somebody") == nil)
  }

  @Test(arguments: [
    "machine", "machine a login", "login a password b", "machine a login b", "machine a key b",
  ])
  func anotherFormatIsRefused(text: String) {
    #expect(Credentials(netrc: text) == nil)
  }
}
