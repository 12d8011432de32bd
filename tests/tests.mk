# How the tests, the fuzz targets and the benches are built and run; included by the Makefile.

unit: $(UNIT) ## build and run the unit tests
	@tools/run_tests.sh $(UNIT)

$(B)/bench/baseline_plugin.so: $(B)/obj/tests/bench/baseline_plugin.o
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $^

$(B)/bench/%: $(B)/obj/tests/bench/%.o $(B)/obj/tests/bench/load.o $(B)/obj/tests/lib/crowd.o $(B)/obj/tests/lib/street.o $(SHARED)
	$(call link,-lmosquitto)

$(B)/unit/%: $(B)/obj/tests/unit/%.o $(YEAR) $(OFFICE) $(SHARED)
	$(call link,-lcmocka -lmosquitto)

FAULTS := $(shell sed -n 's/^\([a-z_]*\) .*/\1/p' tests/fault/list)
FAULT_CLEARING := award_plus_wh price_plus_mc wrong_winner order_left_out
FAULT_STORING := unadmitted_address bad_signature late_order
fault_wraps = $(shell sed -n 's/^$* *\([a-z0-9_,]*\) .*/\1/p' tests/fault/list | tr , ' ')
$(B)/fault/%.so: tests/fault/faults.c tests/fault/list $(call obj,plugin) $(ENGINE) $(STORE) $(WIRE) $(CORE)
	@mkdir -p $(@D)
	$(call say,FAULT)
	$(Q)$(CC) $(CFLAGS) -DFAULT_$* $(if $(filter $*,$(FAULT_CLEARING)),-DFAULT_CLEARING) \
		$(if $(filter $*,$(FAULT_STORING)),-DFAULT_STORING) -c -o $(@:.so=.o) $<
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared $(foreach w,$(fault_wraps),-Wl$(comma)--wrap=$w) \
		-o $@ $(@:.so=.o) $(call obj,plugin) $(ENGINE) $(STORE) $(WIRE) $(CORE) $(LIBS)

$(B)/e2e/%: $(B)/obj/tests/e2e/%.o $(patsubst %,$(B)/obj/tests/lib/%.o,broker crowd scene street) \
		$(B)/obj/tests/soak/tally.o $(SHARED)
	$(call link,-lmosquitto)

e2e-built: all $(B)/demo-savings $(B)/demo-year $(B)/unit/test_ledger_audit $(B)/unit/test_network_market $(B)/e2e/aggregator $(B)/e2e/verdicts $(B)/e2e/abuse $(B)/e2e/rough $(B)/soak $(FAULTS:%=$(B)/fault/%.so)
e2e: e2e-built ## the real broker and real homes
	@BUILD=$(B) tests/e2e/run.sh

$(B)/soak: $(call obj,tests/soak) $(patsubst %,$(B)/obj/tests/lib/%.o,crowd broker street) $(SHARED)
	$(call link,-lmosquitto)

soak: all $(B)/soak ## a thousand homes for eight market hours, and a rush before a gate: twelve minutes
	@BUILD=$(B) tests/e2e/test_soak.sh 1000 32 60 30

page-test: all $(B)/demo-savings ## the operator's page in a headless chromium: a new market and the demo (or DIR=market)
	@BUILD=$(B) tests/page/run.sh $(DIR)

# One after another: the figures of the last two want the machine for themselves.
release-check: all $(B)/e2e/abuse ## before a release: what neither check nor CI runs (page, packages and lintian, flood, soak)
	@$(MAKE) --no-print-directory page-test
	@$(MAKE) --no-print-directory deb
	lintian --fail-on error,warning $(B)/deb/*.changes
	@BUILD=$(B) tests/e2e/test_abuse.sh 1000 10 5
	@$(MAKE) --no-print-directory soak

# A sanitizer's tests, and one with the real broker, which loads SANITIZER for the plugin.
sanitized: built unit
	@BUILD=$(B) tests/e2e/run.sh tests/e2e/test_verdicts.sh

built: all $(B)/e2e/verdicts $(UNIT)

ASAN := B=$(B)/asan OPT='-O1 -g' SANITIZER=libasan.so SAN='-fsanitize=address,undefined -fno-sanitize-recover=all'
asan: ## unit tests and the plugin under address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory $(ASAN) sanitized
TSAN := B=$(B)/tsan OPT='-O1 -g' SANITIZER=libtsan.so SAN=-fsanitize=thread \
	UNIT_ONLY='digest sign queue keyring office planner_thread'
tsan: ## the threaded tests and the plugin under the thread sanitizer
	@$(MAKE) --no-print-directory $(TSAN) sanitized

# What the sanitizers' tests and the fuzz targets need.
checks-built: $(FUZZ)
	@$(MAKE) --no-print-directory $(ASAN) built
	@$(MAKE) --no-print-directory $(TSAN) built

fuzz: $(FUZZ) ## run each fuzz target for FUZZ_S seconds (5)
	@tools/run_fuzz.sh $(or $(FUZZ_S),5) $(FUZZ)

FUZZ_LIBS := $(patsubst $(B)/%,$(B)/fuzzlib/%,$(OFFICE) $(SHARED))
fuzzlib:
	@$(MAKE) --no-print-directory B=$(B)/fuzzlib CC=clang OPT='-O1 -g' \
		SAN='-fsanitize=fuzzer-no-link,address,undefined' $(FUZZ_LIBS)
$(FUZZ_LIBS): fuzzlib ;
$(B)/fuzz/%: tests/fuzz/%.c $(FUZZ_LIBS)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)clang -std=c11 -D_GNU_SOURCE -I. -O1 -g -fsanitize=fuzzer,address,undefined -o $@ $< \
		$(FUZZ_LIBS) -lmosquitto $(LIBS)

bench: all $(BENCH) $(B)/bench/baseline_plugin.so $(B)/demo-savings $(B)/e2e/abuse ## print each figure beside its reference
	@BUILD=$(B) tests/bench/run.sh
