"""A history as lines: Elastic's bulk API, and anything that takes JSON lines."""

import base64
import json
import re
import shutil
import subprocess
import unittest

from cases import ExportTest
from fleet import PASSWORD, QUERENT, Exporter, History, folder, wait_until
from receiver import Receiver


class LinesTest(ExportTest):
    def receiver(self, body: bytes = b"") -> Receiver:
        receiver = Receiver(body)
        self.addCleanup(receiver.close)
        return receiver

    def test_ndjson_has_the_records_of_querent_history(self) -> None:
        receiver = self.receiver()
        self.exporter(f"ndjson={receiver.url}/in?source=dns").wait_until_all_is_sent()
        self.assertTrue(all(path == "/in?source=dns" for path, _, _ in receiver.requests))
        sent = [json.loads(line) for body in receiver.bodies for line in body.splitlines()]
        printed = subprocess.run([QUERENT, "history", "--directory", str(self.history.path), "--format", "json"],
                                 check=True, capture_output=True).stdout.splitlines()
        wanted = [json.loads(line) for line in printed]
        self.assertEqual(sent, wanted)

    def test_what_is_added_while_it_runs_follows(self) -> None:
        with folder() as path:
            history = History(path, 500)
            receiver = self.receiver(b'{"errors":false}')
            exporter = Exporter(self.here, history, f"elastic={receiver.url}/dns/_bulk")
            self.addCleanup(exporter.kill)
            exporter.wait_until_all_is_sent()
            first = history.count()
            history.add(next(path.glob("*.pcapng")))
            wait_until("the rest arrives", lambda: exporter.metrics().get("exchanges_total") == history.count())
            self.assertEqual(history.count(), 2 * first)
            self.assertEqual(len(self.ids(receiver)), 2 * first)

    def test_another_history_of_the_same_day_is_sent_from_its_beginning_with_ids_of_its_own(self) -> None:
        with folder() as path:
            receiver = self.receiver(b'{"errors":false}')
            counts = []
            for pairs in [900, 600]:
                history = History(path, pairs)
                counts.append(history.count())
                exporter = Exporter(self.here, history, f"elastic={receiver.url}/dns/_bulk")
                self.addCleanup(exporter.kill)
                exporter.wait_until_all_is_sent()
                self.assertEqual(exporter.metrics()["exchanges_total"], counts[-1])
                exporter.close()
                shutil.rmtree(history.path)
            self.assertEqual(len(self.ids(receiver)), sum(counts))

    @staticmethod
    def ids(receiver: Receiver) -> set[str]:
        return {json.loads(line)["create"]["_id"] for body in receiver.bodies for line in body.splitlines()[::2]}

    def test_a_busy_receiver_gets_the_same_batch_again_after_the_time_that_it_asks_for(self) -> None:
        receiver = self.receiver()
        receiver.answers = [(503, {"retry-after": "1"}, b"busy"), (429, {}, b""), (500, {}, b"")]
        exporter = self.exporter(f"ndjson={receiver.url}")
        metrics = exporter.wait_until_all_is_sent()
        self.assertEqual((metrics["retries_total"], metrics["stopped"]), (3, 0))
        self.assertEqual(sum(body.count(b"\n") for body in receiver.bodies), self.history.count())
        self.assertIn("is tried again: HTTP 503: busy", exporter.text())
        self.assertIn("accepts exchanges again", exporter.text())

    def test_a_refusal_for_another_cause_is_reported_too(self) -> None:
        receiver = self.receiver()
        receiver.answers = [(403, {}, b"no"), (403, {}, b"no"), (401, {}, b"who?"), (403, {}, b"no")]
        exporter = self.exporter(f"ndjson={receiver.url}", options=["--export-retry", "0.1"])
        metrics = exporter.wait_until_all_is_sent()
        self.assertEqual((metrics["retries_total"], metrics["stopped"]), (4, 0))
        refusals = re.findall(r"refuses what is sent: (HTTP [^;]*);", exporter.text())
        self.assertEqual(refusals, ["HTTP 403: no", "HTTP 401: who?", "HTTP 403: no"])

    def test_elastic_gets_a_permanent_id_with_each_record(self) -> None:
        receiver = self.receiver(b'{"errors":false}')
        exporter = self.exporter(f"elastic={receiver.url}/dns/_bulk", netrc=f"machine 127.0.0.1 login elastic password {PASSWORD}\n")
        exporter.wait_until_all_is_sent()
        path, headers, body = receiver.requests[0]
        self.assertEqual(path, "/dns/_bulk?filter_path=errors,items.*.status,items.*.error.type")
        self.assertEqual(base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode(), f"elastic:{PASSWORD}")
        lines = body.splitlines()
        ids = [json.loads(line)["create"]["_id"] for line in lines[::2]]
        self.assertEqual(len(set(ids)), len(ids))
        self.assertTrue(all(json.loads(line)["event"]["dataset"] == "querent.dns" for line in lines[1::2]))
        self.assertNotIn(PASSWORD, exporter.text())

    def test_records_that_elastic_has_already_are_stored(self) -> None:
        receiver = self.receiver(b'{"errors":true,"items":[{"create":{"status":409}},{"create":{"status":201}}]}')
        metrics = self.exporter(f"elastic={receiver.url}/dns/_bulk").wait_until_all_is_sent()
        self.assertEqual((metrics["retries_total"], metrics["rejected_exchanges_total"]), (0, 0))
        self.assertEqual(metrics["exchanges_total"], self.history.count())

    def test_a_token_is_sent_as_bearer(self) -> None:
        receiver = self.receiver()
        self.exporter(f"ndjson={receiver.url}", netrc=f"machine 127.0.0.1 password {PASSWORD}\n").wait_until_all_is_sent()
        self.assertEqual(receiver.requests[0][1]["authorization"], f"Bearer {PASSWORD}")

    def test_a_password_file_that_others_may_read_is_refused_unless_systemd_made_it(self) -> None:
        receiver = self.receiver()
        netrc = f"machine 127.0.0.1 password {PASSWORD}\n"
        refused = Exporter(self.here, self.history, f"ndjson={receiver.url}", netrc=netrc, netrc_mode=0o640)
        self.addCleanup(refused.kill)
        self.assertEqual(refused.process.wait(30), 1)
        self.assertIn("others may read", refused.text())
        self.assertNotIn(PASSWORD, refused.text())
        given = Exporter(self.here, self.history, f"ndjson={receiver.url}", netrc=netrc, netrc_mode=0o440,
                         environment={"CREDENTIALS_DIRECTORY": str(self.here)})
        self.addCleanup(given.kill)
        given.wait_until_all_is_sent()


if __name__ == "__main__":
    unittest.main()
