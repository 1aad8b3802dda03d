import HTTPTypes
import HistoryAPI
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Ends connections that send a body, which no request here needs, that take too long to send the head of their first request, or whose
/// answer says so; and answers what is no HTTP, or too long.
final class RequestLimits: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private var bodyOctets = 0
  /// Requests of this connection whose answer has not ended.
  private var openRequests = 0
  private var isRefused = false
  /// Whether the connection ends with the answer that is being written.
  private var isLast = false
  private var timeout: Scheduled<Void>?

  private static let mostBodyOctets = 4096
  private static let patience = TimeAmount.seconds(10)
  /// A client that is still sending reads the refusal only if the connection stays open meanwhile.
  private static let farewell = TimeAmount.seconds(2)

  func handlerAdded(context: ChannelHandlerContext) { end(context.channel, in: Self.patience) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isRefused else { return }
    switch unwrapInboundIn(data) {
    case .head:
      timeout?.cancel()
      timeout = nil
      bodyOctets = 0
      openRequests += 1
    case .body(let octets):
      bodyOctets += octets.readableBytes
      if bodyOctets > Self.mostBodyOctets { return context.close(promise: nil) }
    case .end: break
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head): isLast = head.headerFields[.connection] == "close"
    case .body: break
    case .end:
      openRequests -= 1
      guard isLast else { break }
      let (channel, sent) = (context.channel, promise ?? context.eventLoop.makePromise())
      sent.futureResult.whenComplete { _ in channel.close(promise: nil) }
      return context.write(data, promise: sent)
    }
    context.write(data, promise: promise)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let parsing = error as? HTTPParserError else { return context.fireErrorCaught(error) }
    // In the middle of another answer there is no place for this one.
    guard !isRefused, openRequests == 0 else { return context.close(promise: nil) }
    isRefused = true
    refuse(context, Self.problem(parsing))
    timeout?.cancel()
    end(context.channel, in: Self.farewell)
  }

  func channelInactive(context: ChannelHandlerContext) {
    timeout?.cancel()
    context.fireChannelInactive()
  }

  private func end(_ channel: any Channel, in time: TimeAmount) {
    timeout = channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
  }

  private static func problem(_ error: HTTPParserError) -> APIProblem {
    error == .headerOverflow
      ? APIProblem(
        431, "The request is too long", "The path with its parameters, and the headers, have 64 KiB at most")
      : APIProblem(400, "This is no HTTP request", "Speak HTTP/1.1")
  }

  private func refuse(_ context: ChannelHandlerContext, _ problem: APIProblem) {
    let reply = APIReply(problem: problem)
    var head = HTTPResponse(status: .init(code: reply.status), headerFields: Responder.headers)
    head.headerFields[.contentType] = reply.mediaType
    head.headerFields[.contentLength] = String(reply.body.count)
    head.headerFields[.connection] = "close"
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(ByteBuffer(bytes: reply.body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    context.close(mode: .output, promise: nil)
  }
}
