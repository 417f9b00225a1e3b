# Two commands do everything: `make production` runs the trial, `make test` tests seatrial itself.

VENV := .venv
TOX := $(VENV)/bin/tox

.PHONY: production coverage autoscaling nightly test report sabotage nodes kills campaign faults lock clean help

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

production: $(TOX) ## the trial: cluster, load, a killed replica, verdicts, report
	$(TOX) run -e production

autoscaling: $(TOX) ## the second trial: load rises and falls, the autoscaler follows
	$(TOX) run -e autoscaling

nightly: $(TOX) ## the catalogue of faults, a trial each, an hour at most
	$(TOX) run -e nightly

test: $(TOX) ## the tests of seatrial itself
	$(TOX) run

report: $(TOX) ## render the last run's Allure report again and print its path
	$(TOX) run -q -e report

sabotage: $(TOX) ## the full proof that each promise can fail
	$(TOX) run -e sabotage

coverage: $(TOX) ## simulate how often each statistical rule errs, and print the tables
	$(TOX) run -q -e coverage

nodes: $(TOX) ## several nodes of a cluster: spread, lost, drained, killed
	$(TOX) run -e nodes

kills: $(TOX) ## the full proof that nothing is left behind
	$(TOX) run -e kills

campaign: $(TOX) ## a hundred SIGKILLs at seeded moments; goes on where it was
	$(TOX) run -e campaign

faults: $(TOX) ## each fault under load: landed, undone, and what it costs
	$(TOX) run -e faults

lock: $(TOX) ## resolve every dependency again
	$(VENV)/bin/uv pip compile pyproject.toml --all-extras --group dev --universal \
	    --python-version 3.11 --no-emit-index-url --no-emit-find-links --generate-hashes \
	    --no-annotate --no-header --upgrade -q -o requirements.lock
	printf 'tox\ntox-uv\n' | $(VENV)/bin/uv pip compile - --universal --python-version 3.11 \
	    --no-emit-index-url --no-emit-find-links --generate-hashes --no-annotate --no-header \
	    --upgrade -q -o requirements-tox.lock

clean: ## remove what runs and tools wrote in this checkout
	rm -rf $(VENV) .tox .mypy_cache .ruff_cache .pytest_cache .import_linter_cache reports/2*

$(TOX): requirements-tox.lock
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-tox.lock
	@touch $(TOX)
