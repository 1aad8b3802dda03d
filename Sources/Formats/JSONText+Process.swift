import Bytes
import TraceModel
import Correlation

// The process.
extension JSONText {
  /// The process fields of ECS; nothing if no process is known.
  mutating func process(_ process: ObservedProcess?, _ host: Host, arguments: Bool = true) {
    guard let process else { return }
    let (owner, details) = (process.task, process.details)
    object(#""process":"#) { json in
      json.number(#""pid":"#, owner.identity.pid)
      json.string(#""entity_id":"#, host.entityID(owner.image))
      json.string(#""name":"#, owner.name.description)
      json.string(#""executable":"#, details?.executable)
      if arguments, let words = details?.arguments {
        json.array(#""args":"#) { json in for word in words { json.element(word) } }
      }
      if owner.identity.startTime > 0 {
        json.time(
          #""start":"#, host.bootTime.advanced(byNanoseconds: Int64(clamping: owner.identity.startTime)))
      }
      json.string(#""working_directory":"#, details?.workingDirectory)
      json.object(#""thread":"#) { json in
        json.number(#""id":"#, owner.tid)
        json.string(#""name":"#, owner.threadName.description)
      }
      json.account(#""user":"#, owner.credentials.uid, details?.user)
      json.account(#""group":"#, owner.credentials.gid, details?.group)
      json.object(#""parent":"#) { json in
        if owner.parentPID > 0 { json.number(#""pid":"#, owner.parentPID) }
        json.string(#""name":"#, details?.parent?.name)
        json.string(#""executable":"#, details?.parent?.executable)
      }
    }
  }

  /// The local server that answered, under `querent`.
  mutating func answeredBy(_ exchange: borrowing Exchange, _ host: Host) {
    guard let process = exchange.answeredBy?.process else { return }
    object(#""answered_by":"#) { $0.memory.processes.write(process, host, to: &$0.octets) }
  }

  private mutating func account(_ key: StaticString, _ number: UInt32, _ name: String?) {
    object(key) { json in
      // A file does not always state it.
      if number != Credentials.unknownID { json.quoted(#""id":"#) { $0.append(decimal: number) } }
      json.string(#""name":"#, name)
    }
  }

  mutating func container(_ container: Container?) {
    guard let container else { return }
    object(#""container":"#) { json in
      json.string(#""id":"#, container.id)
      json.string(#""name":"#, container.metadata.name)
      json.object(#""image":"#) { $0.string(#""name":"#, container.metadata.image) }
      json.string(#""runtime":"#, container.runtime)
    }
    guard let pod = container.metadata.pod else { return }
    object(#""orchestrator":"#) { json in
      json.fixed(#""type":"kubernetes","#)
      json.string(#""namespace":"#, container.metadata.namespace)
      json.object(#""resource":"#) { json in
        json.fixed(#""type":"pod","#)
        json.string(#""name":"#, pod)
      }
    }
  }

  mutating func host(_ host: Host) {
    object(#""host":"#) { json in
      json.string(#""name":"#, host.name)
      json.string(#""id":"#, host.machineID)
      json.object(#""boot":"#) { $0.string(#""id":"#, host.bootID) }
    }
  }
}
