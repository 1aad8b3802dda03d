import HTTPTypes
import HistoryAPI
import Hummingbird
import NIOCore
import WebPage

// What is answered, in HTTP.
extension Responder {
  static let site = HTTPField.Name("Sec-Fetch-Site")
  static let mode = HTTPField.Name("Sec-Fetch-Mode")
  static let destination = HTTPField.Name("Sec-Fetch-Dest")

  /// Makes the browser ask for the same URL once more, by itself and so with its cookie.
  static let again = response(
    .ok, "text/html; charset=utf-8",
    Array(
      """
      <!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0"><title>querent</title></html>

      """.utf8))

  /// Of every response that does not say otherwise.
  static let headers: HTTPFields = {
    let fields = [
      (
        "Content-Security-Policy",
        """
        default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; \
        form-action 'none'; frame-ancestors 'none'
        """
      ),
      ("X-Content-Type-Options", "nosniff"),
      ("Referrer-Policy", "no-referrer"),
      ("Cross-Origin-Opener-Policy", "same-origin"),
      ("Cross-Origin-Resource-Policy", "same-origin"),
      ("Cache-Control", "no-store"),
    ]
    return HTTPFields(
      fields.compactMap { name, value in HTTPField.Name(name).map { HTTPField(name: $0, value: value) } })
  }()

  static func response(_ reply: APIReply) -> Response {
    response(HTTPResponse.Status(code: reply.status), reply.mediaType, reply.body)
  }

  static func response(_ status: HTTPResponse.Status, _ mediaType: String, _ octets: [UInt8]) -> Response {
    Response(
      status: status, headers: [.contentType: mediaType],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: octets)))
  }

  static func text(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
    response(status, "text/plain; charset=utf-8", Array(text.utf8))
  }

  static func problem(
    _ status: Int, _ title: String, _ detail: String, _ headers: HTTPFields = [:]
  ) -> Response {
    var response = response(APIReply(problem: APIProblem(status, title, detail)))
    response.headers.append(contentsOf: headers)
    return response
  }

  static func file(_ file: PageFile, _ request: Request) -> Response {
    let headers: HTTPFields = [.eTag: file.tag, .cacheControl: "no-cache"]
    if request.headers[.ifNoneMatch] == file.tag { return Response(status: .notModified, headers: headers) }
    var response = response(.ok, file.mediaType, file.octets)
    response.headers.append(contentsOf: headers)
    return response
  }

  /// A person sees a page, a program a problem.
  static func refusal(_ status: Int, _ path: String) -> Response {
    let (title, detail) =
      switch status {
      case 421: ("This name is not one of the server's", "Open it as 127.0.0.1, or give the name with --host")
      case 403: ("Another site has caused this request", "Open the page itself")
      default:
        (
          "Open the link that querent printed",
          "It works once. For another one, send SIGUSR1 to querent-server, or POST /api/v1/links on its unix socket."
        )
      }
    guard status == 401, !path.hasPrefix("/api/"), path != "/metrics" else {
      return problem(status, title, detail, status == 401 ? [.wwwAuthenticate: "Bearer"] : [:])
    }
    let page = """
      <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>querent</title><h1>\(title)</h1><p>\(detail)</p></html>

      """
    return response(.unauthorized, "text/html; charset=utf-8", Array(page.utf8))
  }
}
