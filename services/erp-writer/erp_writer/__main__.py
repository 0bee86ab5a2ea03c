"""`python -m erp_writer`."""

from erp_writer.main import main

main()
