# The one door. `make` prints what there is; every target installs what it needs and, run again, does only what changed.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
export COMPOSER_ALLOW_SUPERUSER := 1
.DEFAULT_GOAL := help
.PHONY: help serve test build lint tidy generate sanitize fuzz bench parity leaktest chaos package clean packages demo suites

demo_app := $(CURDIR)/tests/app
server := build/laravel-bridge
suites := native php e2e e2e-laravel-11 e2e-laravel-10 leak chaos
configure = cmake -G Ninja --log-level=WARNING -S .

help: ## this list
	@echo 'make TARGET, where TARGET is one of'
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

serve: build $(if $(LARAVEL_PATH),,demo) ## serve the demo application on port 8080, or the one in LARAVEL_PATH
	@export LARAVEL_PATH="$${LARAVEL_PATH:-$(demo_app)}"
	echo "Serving $$LARAVEL_PATH; Ctrl-C stops."
	exec $(server)

test: build vendor/.installed demo ## every test: native, PHP, end to end; one closing summary
	@ninja -C build
	tests/run $(suites)

build: packages ## the server, build/laravel-bridge
	@if ! [ -f build/build.ninja ] || ! grep -q '^BRIDGE_TESTS:BOOL=ON' build/CMakeCache.txt; then
	    # The artisan command may have built here, by other means and without tests.
	    rm -rf build/CMakeCache.txt build/CMakeFiles
	    $(configure) -B build -DBRIDGE_TESTS=ON >/dev/null
	fi
	ninja -C build laravel-bridge

lint: build vendor/.installed ## formats, include rules, file sizes, static analysis, generated files
	@tools/packages lint
	tests/lint/all

tidy: build ## clang-tidy over the server (slow)
	@tools/packages lint
	find runtime -name '*.cpp' -print0 | xargs -0 -n 1 -P "$$(nproc)" clang-tidy --quiet -p build

generate: build ## write .env.example and the tables of README.md anew
	@tools/generated write

sanitize: packages demo ## all native tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@[ -f build/sanitize/build.ninja ] || $(configure) -B build/sanitize -DBRIDGE_SANITIZE=address,undefined \
	    -DCMAKE_BUILD_TYPE=Sanitize -DCMAKE_CXX_FLAGS_SANITIZE='-O1 -g1 -D_GLIBCXX_ASSERTIONS' >/dev/null
	ninja -C build/sanitize
	tests/run sanitize

fuzz: packages ## each fuzzer for FUZZ_SECONDS (30) on a copy of its corpus
	@tools/packages fuzz
	[ -f build/fuzz/build.ninja ] || CXX=clang++ $(configure) -B build/fuzz -DBRIDGE_FUZZ=ON -DBRIDGE_TESTS=OFF >/dev/null
	ninja -C build/fuzz tests/fuzz/all
	tests/fuzz/run build/fuzz

bench: build demo ## this server beside the bare kernel, nginx + PHP-FPM and others, in one run
	@tools/packages bench
	ninja -C build benchmarks
	tests/bench/run

chaos: build ## 20,000 numbered requests, for CHAOS_SECONDS at least, while all around them breaks: what was lost, and to what
	@tests/app/prepare 12 build/apps/laravel-12
	tests/chaos/run

package: build vendor/.installed ## the composer package as it is shipped, build/laravel-bridge.zip
	@git archive --format=zip --output=build/laravel-bridge.zip HEAD
	echo build/laravel-bridge.zip

clean: ## everything that was built or installed here
	rm -rf build vendor tests/app/vendor

packages:
	@tools/packages build php

# The lock file is not kept: a library is tested against what its users get.
vendor/.installed: composer.json | packages
	@echo 'Installing composer packages'
	composer update --no-interaction --no-progress --quiet
	touch $@

demo: packages
	@tests/app/prepare

parity: build ## the same requests to this server and to nginx + PHP-FPM: whatever differs is in docs/differences.md
	@tools/packages bench
	tests/parity/run

leaktest: build ## LEAKTEST_REQUESTS (100,000) mixed requests: memory and descriptors of server and workers must be flat
	@tests/app/prepare 12 build/apps/laravel-12
	tests/leak/run

suites:
	@echo $(suites)
