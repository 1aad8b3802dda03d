"""A history as OpenTelemetry's logs: decoded by opentelemetry-proto, and passed on by rotel, a collector."""

import os
import pathlib
import subprocess
import unittest
from collections.abc import Iterable
from typing import Any

import rotel
from cases import ExportTest
from fleet import Exporter, free_port, wait_until
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from receiver import Receiver

ROTEL = pathlib.Path(rotel.__file__).parent / "rotel-agent"


def records(requests: Iterable[ExportLogsServiceRequest]) -> list[Any]:
    return [record for request in requests for resource in request.resource_logs for scope in resource.scope_logs
            for record in scope.log_records]


def plain(value: Any) -> Any:  # noqa: ANN401
    """An AnyValue as Python's value."""
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [plain(element) for element in value.array_value.values]
    return getattr(value, kind)


def attributes(record: Any) -> dict[str, Any]:  # noqa: ANN401
    return {pair.key: plain(pair.value) for pair in record.attributes}


class OTLPTest(ExportTest):
    def setUp(self) -> None:
        super().setUp()
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)

    def send(self, kind: str, port: int) -> None:
        exporter = self.exporter(f"{kind}=http://127.0.0.1:{port}")
        try:
            metrics = exporter.wait_until_all_is_sent()
            self.assertEqual((metrics["exchanges_total"], metrics["rejected_exchanges_total"]), (self.history.count(), 0))
        finally:
            exporter.close()

    def decoded(self) -> list[ExportLogsServiceRequest]:
        """The requests in protobuf, without anything that the definition does not know."""
        requests = []
        for path, headers, body in self.receiver.requests:
            self.assertEqual((path, headers["content-type"]), ("/v1/logs", "application/x-protobuf"))
            request = ExportLogsServiceRequest.FromString(body)
            # Every octet is that of a field, in the order of the fields.
            self.assertEqual(request.SerializeToString(deterministic=True), body)
            requests.append(request)
        return requests

    def test_protobuf_has_each_exchange_with_its_process_and_answers(self) -> None:
        self.send("otlp", self.receiver.port)
        requests = self.decoded()
        found = sorted(records(requests), key=lambda record: attributes(record)["log.record.uid"])
        rows = self.history.rows("id, time, name, process, pid, client, client_port, server, server_port, transport, outcome")
        self.assertEqual(len(found), len(rows))
        self.assertEqual(len({attributes(record)["log.record.uid"] for record in found}), len(rows))
        by_number = {int(attributes(record)["log.record.uid"].rsplit(".", 1)[1]): record for record in found}
        for number, time, name, process, pid, client, client_port, server, server_port, transport, outcome in rows:
            record = by_number[number]
            self.assertEqual((record.time_unix_nano, record.event_name), (time, "querent.dns"))
            values = attributes(record)
            wanted = {
                "dns.question.name": name, "process.name": process, "process.pid": pid, "client.address": client,
                "client.port": client_port, "server.address": server, "server.port": server_port,
                "network.transport": transport, "querent.outcome": outcome,
            }
            self.assertEqual({key: values.get(key) for key in wanted}, wanted)
        told = [attributes(record)["dns.answers"] for record in found if "dns.answers" in attributes(record)]
        self.assertGreater(len(told), len(rows) // 2)
        resources = [{pair.key: plain(pair.value) for pair in resource.resource.attributes} for request in requests
                     for resource in request.resource_logs]
        self.assertTrue(all(resource["service.name"] == "querent" for resource in resources))

    def test_json_says_the_same_as_protobuf(self) -> None:
        self.send("otlp", self.receiver.port)
        binary = self.decoded()
        self.receiver.requests.clear()
        self.send("otlp-json", self.receiver.port)
        for _, headers, _ in self.receiver.requests:
            self.assertEqual(headers["content-type"], "application/json")
        text = [json_format.Parse(body, ExportLogsServiceRequest()) for body in self.receiver.bodies]
        self.assertEqual(records(text), records(binary))

    def test_a_collector_passes_every_record_on(self) -> None:
        port = free_port()
        with (self.here / "rotel.log").open("w") as log:
            collector = subprocess.Popen(
                [str(ROTEL), "start", "--otlp-http-endpoint", f"127.0.0.1:{port}", "--otlp-grpc-endpoint", f"127.0.0.1:{free_port()}",
                 "--exporter", "otlp", "--otlp-exporter-protocol", "http", "--otlp-exporter-endpoint", self.receiver.url,
                 "--batch-timeout", "100ms"],
                stdout=log, stderr=log, env={**os.environ, "ROTEL_ENVIRONMENT": "test"})
        self.addCleanup(collector.wait)
        self.addCleanup(collector.terminate)
        for kind in ["otlp", "otlp-json"]:
            with self.subTest(kind):
                self.receiver.requests.clear()
                self.send(kind, port)
                count = self.history.count()
                wait_until("the collector has passed all on",
                           lambda: len(records(map(ExportLogsServiceRequest.FromString, self.receiver.bodies))) >= count)  # noqa: B023
                passed = records(map(ExportLogsServiceRequest.FromString, self.receiver.bodies))
                self.assertEqual(len({attributes(record)["log.record.uid"] for record in passed}), count)

    def test_what_a_receiver_rejects_is_counted_and_not_repeated(self) -> None:
        self.receiver.answers.append((200, {}, bytes([0x0a, 0x02, 0x08, 0x05])))
        exporter = Exporter(self.here, self.history, f"otlp={self.receiver.url}")
        metrics = exporter.wait_until_all_is_sent()
        exporter.close()
        self.assertEqual((metrics["rejected_exchanges_total"], metrics["retries_total"]), (5, 0))
        self.assertIn("has refused 5 of", exporter.text())


if __name__ == "__main__":
    unittest.main()
