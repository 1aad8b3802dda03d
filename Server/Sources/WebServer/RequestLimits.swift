import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Ends connections that send a body, which no request here needs, or that take too long to send the head of their first request.
final class RequestLimits: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart

  private var bodyOctets = 0
  private var timeout: Scheduled<Void>?

  private static let mostBodyOctets = 4096
  private static let patience = TimeAmount.seconds(10)

  func handlerAdded(context: ChannelHandlerContext) {
    let channel = context.channel
    timeout = context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      timeout?.cancel()
      timeout = nil
      bodyOctets = 0
    case .body(let octets):
      bodyOctets += octets.readableBytes
      if bodyOctets > Self.mostBodyOctets { return context.close(promise: nil) }
    case .end: break
    }
    context.fireChannelRead(data)
  }

  func channelInactive(context: ChannelHandlerContext) {
    timeout?.cancel()
    context.fireChannelInactive()
  }
}
