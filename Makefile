# The local energy market: `make help` says what can be made.
VERSION := 0.1.0
MAKEFLAGS += -r
PREFIX ?= /usr/local
B := build
comma := ,
V ?= 0
Q := $(if $(filter 0,$(V)),@)
say = $(if $(filter 0,$(V)),@printf '  %-5s %s\n' $(1) $@)
define link
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(1) $(LIBS)
endef
CC ?= cc
PKGS := libcrypto libssl sqlite3 libmosquitto
OPT ?= -O2 -g
WARN := -Wall -Wextra -Werror -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wswitch-enum -Wvla -Wundef -Wcast-qual -Wformat=2 -Wpointer-arith \
	-Wwrite-strings -Wconversion -Wsign-conversion -Wno-missing-field-initializers
HARDEN := -fPIC -fvisibility=hidden -fstack-protector-strong -D_FORTIFY_SOURCE=2
override CFLAGS := -std=c11 -D_GNU_SOURCE -DLEM_VERSION='"$(VERSION)"' -I. $(WARN) $(HARDEN) \
	$(OPT) $(SAN) $(CFLAGS)
LIBS := -Wl,--as-needed -lcrypto -lsqlite3 -linih -lcjson -lm -pthread

src = $(wildcard $(1:%=%/*.c))
obj = $(patsubst %.c,$(B)/obj/%.o,$(call src,$(1)))
CORE := $(B)/libcore.a
WIRE := $(B)/libwire.a
STORE := $(B)/libstore.a
ENGINE := $(B)/libengine.a
HEM := $(B)/libhem.a
LEMCTL := $(B)/liblemctl.a
OFFICE := $(B)/libplugin.a
YEAR := $(B)/libyear.a
SHARED := $(LEMCTL) $(HEM) $(ENGINE) $(STORE) $(WIRE) $(CORE)
PLUGIN := $(B)/mosquitto_lem.so
HEM_DIRS := hem-client hem-client/ems hem-client/tcr hem-client/hdg hem-client/replica
GEN := $(patsubst schema/%/,$(B)/gen/schema_%.c,$(filter-out schema/messages/,$(wildcard schema/*/)))
UNIT_SRC := $(if $(UNIT_ONLY),$(UNIT_ONLY:%=tests/unit/test_%.c),$(wildcard tests/unit/test_*.c))
UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(UNIT_SRC))
BENCH := $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/bench_*.c))
FUZZ := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: built e2e-built checks-built soak page-test release-check fuzzlib sanitized help deps all demo demo-year check unit e2e lint asan tsan fuzz bench man install uninstall deb clean
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

deps: ## install the Debian packages that build and demo need
	@tools/deps.sh run

all: $(PLUGIN) $(B)/hem $(B)/lemctl ## build the plugin, hem and lemctl into build/

$(B)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(CORE): $(call obj,core core/vpp)
$(WIRE): $(call obj,wire)
$(STORE): $(call obj,store) $(GEN:.c=.o)
$(ENGINE): $(call obj,engine)
$(HEM): $(filter-out %/main.o,$(call obj,$(HEM_DIRS)))
$(LEMCTL): $(filter-out %/main.o,$(call obj,lemctl)) $(B)/gen/page.o
$(OFFICE): $(filter-out %/plugin.o,$(call obj,plugin))
%.a:
	@rm -f $@
	$(call say,AR)
	$(Q)$(AR) rcs $@ $^

$(B)/gen/schema_%.c: tools/embed_sql.sh $(wildcard schema/*/*.sql)
	@mkdir -p $(@D)
	$(Q)tools/embed_sql.sh $* schema/$*/*.sql >$@
PAGE := $(addprefix lemctl/page/,index.html page.css page.js charts.js icon.svg) \
	third_party/uplot/uPlot.iife.min.js third_party/uplot/uPlot.min.css
$(B)/gen/page.c: tools/embed_page.sh $(PAGE)
	@mkdir -p $(@D)
	$(Q)tools/embed_page.sh $(PAGE) >$@
$(B)/gen/%.o: override CFLAGS += -Wno-overlength-strings
$(B)/gen/%.o: $(B)/gen/%.c
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/hem: $(B)/obj/hem-client/main.o $(HEM) $(ENGINE) $(STORE) $(WIRE) $(CORE)
	$(call link,-lmosquitto)

$(B)/lemctl: $(B)/obj/lemctl/main.o $(LEMCTL) $(HEM) $(ENGINE) $(STORE) $(WIRE) $(CORE)
	$(call link,-lmosquitto -lmicrohttpd)

$(B)/demo-%: $(B)/obj/demo/%.o $(LEMCTL) $(HEM) $(ENGINE) $(STORE) $(WIRE) $(CORE)
	$(call link,-lmosquitto)

# The year's program draws its keys from a seed and can believe signatures: demo/year/seed.h.
YEAR_WRAP := $(patsubst %,-Wl$(comma)--wrap=%,clock_real_ms verify_key_new verify_key_free verify_key_check)
$(YEAR): $(filter-out %/main.o,$(call obj,demo/year))
$(B)/demo-year: $(B)/obj/demo/year/main.o $(YEAR) $(SHARED)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(YEAR_WRAP) -o $@ $^ -lmosquitto -lmicrohttpd $(LIBS)

$(PLUGIN): $(call obj,plugin) $(ENGINE) $(STORE) $(WIRE) $(CORE)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-z,relro,-z,now -Wl,--exclude-libs,ALL \
		-o $@ $^ $(LIBS)

.PRECIOUS: $(B)/gen/schema_%.c $(B)/obj/%.o
demo: ## one day of seventeen homes with a real broker (HOMES=file.csv DAY=2017-06-21)
	@tools/deps.sh run
	@$(MAKE) --no-print-directory all $(B)/demo-savings
	@BUILD=$(B) demo/demo.sh "$(HOMES)" $(DAY)

demo-year: ## a year of seventeen homes in one process, and the tables of a paper (HOMES=file.csv ARGS=--days=30)
	@tools/deps.sh run
	@$(MAKE) --no-print-directory all $(B)/demo-year
	@BUILD=$(B) demo/year.sh $(if $(HOMES),"$(HOMES)") $(ARGS)

check: ## set up and run all tests
	@tools/check.sh

include tests/tests.mk

lint: all ## format, static analysis, limits, purity, exports, documented headers
	@tools/lint.sh

$(B)/plugin-options: $(B)/obj/tools/plugin_options.o $(OFFICE) $(ENGINE) $(STORE) $(WIRE) $(CORE)
	$(call link)

MAN := $(patsubst docs/man/%,$(B)/man/%,$(wildcard docs/man/*))
man: $(MAN) ## the man pages, with the options that the programs print
$(B)/man/%: docs/man/% tools/man.sh tools/man.awk $(B)/hem $(B)/lemctl $(B)/plugin-options
	@mkdir -p $(@D)
	$(call say,MAN)
	$(Q)tools/man.sh $(B) $< >$@.new && mv $@.new $@

export B PREFIX DESTDIR UNITDIR
install: all man ## into PREFIX (/usr/local), below DESTDIR
	@tools/install.sh install
uninstall: ## what install put there
	@tools/install.sh uninstall
deb: ## the Debian packages, into build/deb/
	@tools/deps.sh deb
	@tools/deb.sh $(B)/deb
clean: ## remove build/, demo-run/ and demo-year-run/
	rm -rf $(B) demo-run demo-year-run

%.d: ;
-include $(shell find $(B) -name '*.d' 2>/dev/null)
