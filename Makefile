# The local energy market: `make help` says what can be made.
VERSION := 0.1.0
MAKEFLAGS += -r
PREFIX ?= /usr/local
B := build
V ?= 0
Q := $(if $(filter 0,$(V)),@)
say = $(if $(filter 0,$(V)),@printf '  %-5s %s\n' $(1) $@)
CC ?= cc
PKGS := libcrypto libssl sqlite3 libmosquitto
OPT ?= -O2 -g
WARN := -Wall -Wextra -Werror -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wswitch-enum -Wvla -Wundef -Wcast-qual -Wformat=2 -Wpointer-arith \
	-Wwrite-strings -Wconversion -Wsign-conversion -Wno-missing-field-initializers
HARDEN := -fPIC -fvisibility=hidden -fstack-protector-strong -D_FORTIFY_SOURCE=2
override CFLAGS := -std=c11 -D_GNU_SOURCE -DLEM_VERSION='"$(VERSION)"' -I. $(WARN) $(HARDEN) \
	$(OPT) $(SAN) $(CFLAGS)
LIBS := -lcrypto -lsqlite3 -linih -lm -pthread

src = $(wildcard $(1:%=%/*.c))
obj = $(patsubst %.c,$(B)/obj/%.o,$(call src,$(1)))
CORE := $(B)/libcore.a
WIRE := $(B)/libwire.a
STORE := $(B)/libstore.a
ENGINE := $(B)/libengine.a
HEM := $(B)/libhem.a
LEMCTL := $(B)/liblemctl.a
SHARED := $(LEMCTL) $(HEM) $(ENGINE) $(STORE) $(WIRE) $(CORE)
PLUGIN := $(B)/mosquitto_lem.so
HEM_DIRS := hem-client hem-client/ems hem-client/tcr hem-client/hdg hem-client/replica
GEN := $(patsubst schema/%/,$(B)/gen/schema_%.c,$(wildcard schema/*/))
UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))
FUZZ := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: help deps all demo check unit e2e lint asan tsan fuzz bench install uninstall clean
help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

all: $(PLUGIN) $(B)/hem $(B)/lemctl ## build the plugin, hem and lemctl into build/

$(B)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(CORE): $(call obj,core)
$(WIRE): $(call obj,wire)
$(STORE): $(call obj,store) $(GEN:.c=.o)
$(ENGINE): $(call obj,engine)
$(HEM): $(filter-out %/main.o,$(call obj,$(HEM_DIRS)))
$(LEMCTL): $(filter-out %/main.o,$(call obj,lemctl))
%.a:
	@rm -f $@
	$(call say,AR)
	$(Q)$(AR) rcs $@ $^

$(B)/gen/schema_%.c: tools/embed_sql.sh $(wildcard schema/*/*.sql)
	@mkdir -p $(@D)
	$(Q)tools/embed_sql.sh $* schema/$*/*.sql >$@
$(B)/gen/%.o: override CFLAGS += -Wno-overlength-strings
$(B)/gen/%.o: $(B)/gen/%.c
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/hem: $(B)/obj/hem-client/main.o $(HEM) $(ENGINE) $(STORE) $(WIRE) $(CORE)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lmosquitto $(LIBS)

$(B)/lemctl: $(B)/obj/lemctl/main.o $(LEMCTL) $(HEM) $(ENGINE) $(STORE) $(WIRE) $(CORE)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lmosquitto $(LIBS)

$(B)/demo-aggregator: $(B)/obj/demo/aggregator.o $(LEMCTL) $(HEM) $(ENGINE) $(STORE) $(WIRE) $(CORE)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lmosquitto $(LIBS)

$(PLUGIN): $(call obj,plugin) $(ENGINE) $(STORE) $(WIRE) $(CORE)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-z,relro,-z,now -Wl,--exclude-libs,ALL \
		-o $@ $^ $(LIBS)

.PRECIOUS: $(B)/gen/schema_%.c $(B)/obj/%.o
unit: $(UNIT) ## build and run the unit tests
	@tools/run_tests.sh $(UNIT)

$(B)/unit/%: $(B)/obj/tests/unit/%.o $(SHARED)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka -lmosquitto $(LIBS)

clean: ## remove build/
	rm -rf $(B)

%.d: ;
-include $(shell find $(B) -name '*.d' 2>/dev/null)
