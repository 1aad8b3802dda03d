import Foundation
import Testing
import TraceModel

@testable import Attribution

/// The files of runtimes and Kubernetes about a container, in the format of the runtimes.
final class ContainerMetadataTests {
  let root = NSTemporaryDirectory() + "querent-\(UUID().uuidString)"
  let id = String(repeating: "0123456789abcdef", count: 4)

  init() throws { try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  private func write(_ path: String, _ text: String) throws {
    let file = root + path
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: file))
  }

  private func metadata(_ id: String? = nil) -> Container.Metadata {
    var reader = ContainerMetadata(root: root)
    return reader.complete(Container(id: id ?? self.id, runtime: nil), now: 0).metadata
  }

  @Test func `Docker's file names the container and its image`() throws {
    try write(
      "/var/lib/docker/containers/\(id)/config.v2.json",
      #"{"State":{"Running":true},"ID":"\#(id)","Name":"/web","Config":{"Hostname":"x","Image":"nginx:1.25","Labels":{}}}"#
    )
    #expect(metadata() == Container.Metadata(name: "web", image: "nginx:1.25"))
  }

  @Test func `Docker's labels name the pod, and then the container's name in it`() throws {
    try write(
      "/var/lib/docker/containers/\(id)/config.v2.json",
      #"{"Name":"/k8s_app_shop-0_prod_1","Config":{"Image":"shop:2","Labels":{"io.kubernetes.pod.name":"shop-0","io.kubernetes.pod.namespace":"prod","io.kubernetes.container.name":"app"}}}"#
    )
    #expect(metadata() == Container.Metadata(name: "app", image: "shop:2", pod: "shop-0", namespace: "prod"))
  }

  @Test func `the bundle of containerd names pod, container and image`() throws {
    try write(
      "/run/containerd/io.containerd.runtime.v2.task/k8s.io/\(id)/config.json",
      #"{"ociVersion":"1.1.0","process":{"args":["x"]},"annotations":{"io.kubernetes.cri.container-name":"app","io.kubernetes.cri.container-type":"container","io.kubernetes.cri.image-name":"registry.test/shop:2","io.kubernetes.cri.sandbox-name":"shop-0","io.kubernetes.cri.sandbox-namespace":"prod"}}"#
    )
    #expect(
      metadata()
        == Container.Metadata(name: "app", image: "registry.test/shop:2", pod: "shop-0", namespace: "prod"))
  }

  @Test func `the bundle of CRI-O names pod, container and image`() throws {
    try write(
      "/run/containers/storage/overlay-containers/\(id)/userdata/config.json",
      #"{"annotations":{"io.kubernetes.container.name":"app","io.kubernetes.cri-o.ImageName":"shop:2","io.kubernetes.pod.name":"shop-0","io.kubernetes.pod.namespace":"prod"}}"#
    )
    #expect(metadata() == Container.Metadata(name: "app", image: "shop:2", pod: "shop-0", namespace: "prod"))
  }

  @Test func `Podman's list names the container and its image`() throws {
    try write(
      "/var/lib/containers/storage/overlay-containers/containers.json",
      #"[{"id":"ff","names":["other"]},{"id":"\#(id)","names":["web"],"image":"12","metadata":"{\"image-name\":\"docker.io/library/nginx:latest\",\"name\":\"web\"}"}]"#
    )
    #expect(metadata() == Container.Metadata(name: "web", image: "docker.io/library/nginx:latest"))
  }

  @Test(arguments: [
    "/var/lib/containers/storage/overlay-containers/volatile-containers.json",
    "/run/containers/storage/overlay-containers/volatile-containers.json",
  ])
  func `Podman's list of containers that are removed when they end is read too`(path: String) throws {
    try write("/var/lib/containers/storage/overlay-containers/containers.json", "[]")
    try write(
      path,
      #"[{"id":"\#(id)","names":["web"],"metadata":"{\"image-name\":\"localhost/web:1\"}","flags":{"Volatile":true}}]"#
    )
    #expect(metadata() == Container.Metadata(name: "web", image: "localhost/web:1"))
  }

  @Test func `a container of Podman without an image has only a name`() throws {
    try write(
      "/var/lib/containers/storage/overlay-containers/containers.json",
      #"[{"id":"\#(id)","names":["bare"],"image":"","metadata":"{\"image-name\":\"\",\"image-id\":\"\",\"name\":\"bare\"}"}]"#
    )
    #expect(metadata() == Container.Metadata(name: "bare"))
  }

  @Test func `the link of a container's log names pod and namespace with any runtime`() throws {
    try write("/var/log/containers/shop-7d4b-x_prod_app-\(id).log", "")
    #expect(metadata() == Container.Metadata(name: "app", pod: "shop-7d4b-x", namespace: "prod"))
  }

  @Test func `the name of an LXC container is its id`() {
    #expect(metadata("web").name == "web")
  }

  @Test(arguments: [
    "", "{", "[]", "null", #"{"Name":7,"Config":[]}"#, String(repeating: "[", count: 100_000),
  ])
  func `a file without metadata leaves everything unknown`(text: String) throws {
    try write("/var/lib/docker/containers/\(id)/config.v2.json", text)
    try write("/var/lib/containers/storage/overlay-containers/containers.json", text)
    #expect(metadata() == Container.Metadata())
  }

  @Test func `an id that is not hexadecimal is not used in a path`() throws {
    try write("/var/lib/docker/containers/x/config.v2.json", #"{"Name":"/x"}"#)
    #expect(metadata("../containers/x").image == nil)
  }

  @Test func `missing metadata is read again after a second, known metadata after 30 seconds`()
    throws
  {
    var reader = ContainerMetadata(root: root)
    func name(at now: Int) -> String? {
      reader.complete(Container(id: id, runtime: nil), now: now).metadata.name
    }
    let file = "/var/lib/docker/containers/\(id)/config.v2.json"
    #expect(name(at: 10) == nil)
    try write(file, #"{"Name":"/old","Config":{"Image":"i"}}"#)
    #expect(name(at: 10) == nil)
    #expect(name(at: 11) == "old")
    try write(file, #"{"Name":"/new","Config":{"Image":"i"}}"#)
    #expect(name(at: 40) == "old")
    #expect(name(at: 41) == "new")
  }

  @Test func `a process in a container is attributed with the container's names, also after a change`() throws
  {
    let proc = try FakeProc()
    try proc.add(7, cgroup: "0::/system.slice/docker-\(id).scope\n")
    try write(
      "/var/lib/docker/containers/\(id)/config.v2.json", #"{"Name":"/web","Config":{"Image":"nginx"}}"#)
    var attributor = Attributor(root: proc.root, hostRoot: root)
    let task = TaskSnapshot(
      identity: ProcessIdentity(pid: 7, startTime: 0), tid: 7, credentials: Credentials(uid: 0, gid: 0),
      name: "dig", threadName: "dig", source: .send)
    let container = attributor.attribute(SocketTasks(owner: task)).details?.container
    #expect(container?.runtime == "docker")
    #expect(container?.metadata == Container.Metadata(name: "web", image: "nginx"))
  }
}
