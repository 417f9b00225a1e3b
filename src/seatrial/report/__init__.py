"""What people look at: plots, Allure's results and its HTML, the table of verdicts.

Each module is imported by itself, so that a command pays only for what it shows. Nothing here
decides anything: verdicts and figures come from ``slo``, records from ``timeline``. Only
``report.allure`` knows the allure library, only ``report.allure3`` Node.js.
"""
