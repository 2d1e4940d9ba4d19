# frozen_string_literal: true

# bin/dev runs the jobs inside Puma, which forks them. What is open then is not used on the other side: Active Record lets go of
# it, and so does sqlite3, which would warn of it at each start: https://github.com/sparklemotion/sqlite3-ruby/pull/558
if ENV["SOLID_QUEUE_IN_PUMA"]
  ActiveSupport.on_load(:active_record_sqlite3adapter) do
    SQLite3::ForkSafety.suppress_warnings! if defined?(SQLite3::ForkSafety)
  end
end

# Rails before 8 waits for SQLite's lock inside of SQLite, and no other thread of the process runs meanwhile: not even the one
# that has the lock. So two threads that write at once wait for each other until the time-out of database.yml, and one fails.
# As in Rails 8, let the others run: https://github.com/rails/rails/pull/51958
if ActiveRecord.gem_version < Gem::Version.new("8.0")
  ActiveSupport.on_load(:active_record_sqlite3adapter) do
    prepend(Module.new do
      private
        def configure_connection
          super
          wait_for_lock(@raw_connection || @connection, Integer(@config[:timeout]) / 1000.0) if @config[:timeout]
        end

        def wait_for_lock(database, seconds)
          since = nil
          database.busy_handler do |count|
            now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
            since = now if count.zero?
            now - since < seconds && sleep(0.001) # any number asks SQLite to try again; false ends it
          end
        end
    end)
  end
end
