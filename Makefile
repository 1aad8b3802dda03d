# querent: shows for every DNS query which process sent it and which answer it got.

SWIFT = swift
SYMBOLS = --configuration release --static-swift-stdlib
RELEASE = $(SYMBOLS) -Xlinker -s

.PHONY: help setup build server demo run serve test page export-test accuracy chains conformance fuzz kernels yardstick bench history-bench lint format docs install deb deb-test clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing from Debian's packages
	@Scripts/setup

build: setup ## build .build/release/querent, one file to copy to other hosts
	$(SWIFT) build $(RELEASE) --product querent

demo: build ## trace a demo on this host's kernel, in a private network; play a recording if this host forbids it
	@Scripts/as-root --if-possible .build/release/querent demo $(if $(CI),--live)

run: build ## trace this host
	@Scripts/as-root .build/release/querent

server: setup ## build Server/.build/release/querent-server, which shows a history in a browser
	$(SWIFT) build --package-path Server $(RELEASE) --product querent-server

serve: build server ## trace this host and show it in a browser; prints the link
	@Scripts/as-root .build/release/querent serve --server-program Server/.build/release/querent-server

test: setup ## run all tests; those that need root or a kernel feature report why they are skipped
	@Scripts/test

page: build ## test the server: its page in Chromium, its API with schemathesis; RECORD=1 writes the screenshots
	@Scripts/as-root Scripts/page-test

export-test: setup ## test the export with real stores; COUNT=full also with today's ClickHouse from PyPI
	@Scripts/as-root Scripts/export-test $(filter full,$(COUNT))

accuracy: build ## measure attribution on this kernel and write Documentation/Accuracy.md; COUNT=small takes a minute
	@Scripts/as-root Scripts/accuracy measure --noise $(if $(filter small,$(COUNT)),20000,$(or $(COUNT),1000000))

chains: build ## measure chains through real resolvers and write the section of Documentation/Accuracy.md; COUNT=small only checks
	@Scripts/as-root Scripts/chains measure $(if $(filter small,$(COUNT)),--small)

conformance: build ## compare the decoders with tshark and dnspython, write Documentation/Conformance.md; COUNT=small
	@Scripts/conformance $(if $(filter small,$(COUNT)),--small)

fuzz: ## run libFuzzer on the decoders for TIME seconds (600)
	@TIME=$(or $(TIME),600) Scripts/fuzz

kernels: build ## run doctor, demo and the measurement in Debian's 5.10, 6.1 and 6.12 kernels under qemu
	@Scripts/as-root Scripts/kernels

yardstick: ## score the article's program, on 6.1 under qemu, for comparison
	@Scripts/as-root Scripts/yardstick

# callgrind distinguishes the stages by symbols, which `make build` strips.
bench: setup ## measure the cost of tracing, compare it with peers, write Documentation/Performance.md; COUNT=small checks the counts
	$(SWIFT) build $(SYMBOLS) --product querent
	$(SWIFT) build $(SYMBOLS) --product DecodeBench
	@Scripts/as-root Scripts/bench $(if $(filter small,$(COUNT)),counts,measure)

history-bench: setup ## measure how fast a history of 10 million exchanges answers: ten minutes, 5 GB in TMPDIR
	$(SWIFT) build $(SYMBOLS) --product querent
	@Scripts/as-root Scripts/bench measure --only questions

lint: setup ## check format, imports, unsafe code, file lengths, Python, shell scripts and generated pages
	@Scripts/lint

format: ## format the sources
	$(SWIFT) format format --in-place --recursive --parallel Sources Tests Plugins Package.swift \
		Server/Sources Server/Tests Server/Plugins Server/Package.swift

docs: ## regenerate the generated parts of the documentation
	@Scripts/record

install: build ## install the command, its man page and its completions below PREFIX (/usr/local)
	@Scripts/install "$(or $(PREFIX),/usr/local)"

deb: ## build both Debian packages in .build/deb, and check them with lintian; SERVER=debug packs the server that make page has built
	@Scripts/deb --architecture "$(ARCH)" --server "$(SERVER)"
	@Scripts/deb-test lintian

deb-test: deb ## install, upgrade, remove and purge the packages in a fresh Debian; COUNT=full also runs their services under systemd in qemu
	@Scripts/as-root Scripts/deb-test tree
	$(if $(filter full,$(COUNT)),@Scripts/as-root Scripts/deb-test services 5.10 6.1 6.12)

clean: ## remove the build products
	rm -rf .build .build-*
