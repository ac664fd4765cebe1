"""``python -m cryptocloud``: the command ``cryptocloud``."""

from cryptocloud.cli import main

if __name__ == "__main__":
    main()
